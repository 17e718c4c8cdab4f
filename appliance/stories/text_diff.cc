#include "appliance/stories/text_diff.h"

#include <optional>
#include <unordered_map>

#include "appliance/base/words.h"

namespace heirloom {
namespace {

using Pieces = std::vector<std::string_view>;

// More are not compared by words: what they are kept in would grow with the text.
constexpr std::size_t kMaxWords = 300'000;

Pieces SplitParagraphs(std::string_view text) {
  Pieces paragraphs;
  while (!text.empty()) {
    const std::size_t end = text.find("\n\n");
    const std::size_t size = end == std::string_view::npos ? text.size() : end + 2;
    paragraphs.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return paragraphs;
}

// Equal pieces get equal numbers.
class Numbers {
 public:
  std::vector<std::uint32_t> Of(const Pieces& pieces) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(pieces.size());
    for (const std::string_view piece : pieces) {
      numbers.push_back(
          known_.emplace(piece, static_cast<std::uint32_t>(known_.size())).first->second);
    }
    return numbers;
  }

 private:
  std::unordered_map<std::string_view, std::uint32_t> known_;
};

// A blank between two changes: alone it would only break up what people read as one.
bool IsBlank(const TextPiece& piece) {
  return piece.text.size() <= 2 && piece.text.find_first_not_of(' ') == std::string::npos;
}

// Gathers what is removed and added between two stretches that are the same.
class Composer {
 public:
  void Add(TextPiece piece) {
    if (piece.change == Change::kRemoved) {
      removed_ += piece.text;
    } else if (piece.change == Change::kAdded) {
      added_ += piece.text;
    } else {
      Flush();
      Put(std::move(piece));
    }
  }

  std::vector<TextPiece> Take() {
    Flush();
    return std::move(pieces_);
  }

 private:
  void Flush() {
    Put({Change::kRemoved, std::move(removed_)});
    Put({Change::kAdded, std::move(added_)});
    removed_.clear();
    added_.clear();
  }

  void Put(TextPiece piece) {
    if (!piece.text.empty()) pieces_.push_back(std::move(piece));
  }

  std::vector<TextPiece> pieces_;
  std::string removed_;
  std::string added_;
};

std::vector<TextPiece> Compose(const std::vector<Edit>& edits, const Pieces& before,
                               const Pieces& after) {
  std::vector<TextPiece> pieces;
  for (const Edit& edit : edits) {
    TextPiece piece{edit.change, {}};
    const Pieces& from = edit.change == Change::kAdded ? after : before;
    for (std::size_t i = edit.begin; i < edit.end; ++i) piece.text += from[i];
    pieces.push_back(std::move(piece));
  }
  Composer composer;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool inside = i > 0 && i + 1 < pieces.size();
    if (pieces[i].change == Change::kSame && inside && IsBlank(pieces[i])) {
      composer.Add({Change::kRemoved, pieces[i].text});
      composer.Add({Change::kAdded, pieces[i].text});
    } else {
      composer.Add(std::move(pieces[i]));
    }
  }
  return composer.Take();
}

std::optional<std::vector<TextPiece>> Compare(const Pieces& before, const Pieces& after) {
  if (before.size() > kMaxWords || after.size() > kMaxWords) return std::nullopt;
  Numbers numbers;
  const auto old_numbers = numbers.Of(before);
  const auto new_numbers = numbers.Of(after);
  const auto edits = DiffSequences(old_numbers, new_numbers);
  if (!edits) return std::nullopt;
  return Compose(*edits, before, after);
}

}  // namespace

TextDiff DiffTexts(std::string_view before, std::string_view after) {
  if (auto by_words = Compare(SplitWords(before), SplitWords(after))) {
    return {std::move(*by_words), true};
  }
  if (auto by_paragraphs = Compare(SplitParagraphs(before), SplitParagraphs(after))) {
    return {std::move(*by_paragraphs), false};
  }
  return {{{Change::kRemoved, std::string(before)}, {Change::kAdded, std::string(after)}}, false};
}

}  // namespace heirloom
