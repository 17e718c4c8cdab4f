#include "index/text/near_words.h"

#include <xapian.h>

#include <algorithm>
#include <string>

namespace heirloom::text {
namespace {

std::u32string Characters(std::string_view text) {
  std::u32string characters;
  for (Xapian::Utf8Iterator it(text.data(), text.size()); it != Xapian::Utf8Iterator(); ++it) {
    characters += static_cast<char32_t>(*it);
  }
  return characters;
}

}  // namespace

unsigned MostSlips(std::size_t characters) { return characters < 3 ? 0 : characters < 6 ? 1 : 2; }

NearWords::NearWords(std::string_view word, unsigned most) : word_(Characters(word)), most_(most) {
  Slips none(word_.size() + 1);
  for (std::size_t i = 0; i < none.size(); ++i) none[i] = static_cast<unsigned>(i);
  rows_.push_back(std::move(none));
}

std::optional<unsigned> NearWords::SlipsTo(std::string_view other) {
  hopeless_.reset();
  std::size_t shared = 0;
  bool same = true;
  for (Xapian::Utf8Iterator it(other.data(), other.size()); it != Xapian::Utf8Iterator(); ++it) {
    const auto c = static_cast<char32_t>(*it);
    same = same && shared < path_.size() && path_[shared] == c;
    if (same) {
      ++shared;
    } else {
      path_.resize(shared);
      rows_.resize(shared + 1);
      Extend(c);
      ++shared;
    }
    if (shared == path_.size() && LeadsNowhere()) {
      Xapian::Utf8Iterator after = it;
      ++after;
      const std::size_t left = after == Xapian::Utf8Iterator() ? 0 : after.left();
      hopeless_ = other.size() - left;
      return std::nullopt;
    }
  }
  path_.resize(shared);
  rows_.resize(shared + 1);
  const unsigned slips = rows_.back().back();
  return slips <= most_ ? std::optional(slips) : std::nullopt;
}

void NearWords::Extend(char32_t c) {
  const Slips& before = rows_.back();
  Slips row(word_.size() + 1);
  row[0] = before[0] + 1;
  for (std::size_t j = 1; j <= word_.size(); ++j) {
    const unsigned replaced = before[j - 1] + (word_[j - 1] == c ? 0 : 1);
    row[j] = std::min({before[j] + 1, row[j - 1] + 1, replaced});
    const bool swapped =
        j > 1 && !path_.empty() && word_[j - 2] == c && word_[j - 1] == path_.back();
    if (swapped) row[j] = std::min(row[j], rows_[rows_.size() - 2][j - 2] + 1);
  }
  path_ += c;
  rows_.push_back(std::move(row));
}

// The rows to come are made of the last one, and of the one before it by a change about.
bool NearWords::LeadsNowhere() const {
  const auto least = [](const Slips& row) { return *std::min_element(row.begin(), row.end()); };
  if (least(rows_.back()) <= most_) return false;
  return rows_.size() < 2 || least(rows_[rows_.size() - 2]) + 1 > most_;
}

}  // namespace heirloom::text
