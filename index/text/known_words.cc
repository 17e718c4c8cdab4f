#include "index/text/known_words.h"

#include <algorithm>

#include "appliance/base/text.h"
#include "index/text/near_words.h"
#include "index/text/text_analysis.h"

namespace heirloom::text {
namespace {

constexpr std::size_t kMaxEntryBytes = 200;   // Less than any engine's longest term.
constexpr std::size_t kShortestProposed = 3;  // Characters.

bool HasDigit(std::string_view word) { return word.find_first_of("0123456789") != word.npos; }

}  // namespace

std::optional<std::string> KnownWordEntry(std::string_view plain, std::string_view token_text) {
  const std::size_t characters = CountCharacters(plain);
  if (characters < kShortestProposed || characters > kLongestBeginning) return std::nullopt;
  if (HasDigit(plain)) return std::nullopt;
  std::string entry(plain);
  if (const std::string written = WrittenForm(token_text); written != plain) {
    entry.append("\t").append(written);
  }
  if (entry.size() > kMaxEntryBytes || entry.find('\0') != entry.npos) return std::nullopt;
  return entry;
}

KnownWord ParseKnownWordEntry(std::string_view entry) {
  const std::size_t tab = entry.find('\t');
  if (tab == entry.npos) return {entry, entry};
  return {entry.substr(0, tab), entry.substr(tab + 1)};
}

bool MayBeMended(std::string_view plain_word) {
  const std::size_t characters = CountCharacters(plain_word);
  const unsigned slips = MostSlips(characters);
  return slips > 0 && characters <= kLongestBeginning + slips && !HasDigit(plain_word);
}

void WordUses::Add(std::string_view written, std::int64_t stories) {
  stories_ += stories;
  const auto known = written_.find(written);
  if (known == written_.end()) {
    written_.emplace(written, stories);
  } else {
    known->second += stories;
  }
}

const std::string& WordUses::MostWritten() const {
  return std::max_element(written_.begin(), written_.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

void Completions::Add(std::string_view entry, std::int64_t stories) {
  const auto [plain, written] = ParseKnownWordEntry(entry);
  if (plain != beginning_) found_[std::string(plain)].Add(written, stories);
}

std::vector<std::string> Completions::Best(std::size_t limit) const {
  std::vector<std::pair<std::int64_t, std::string>> ranked;
  for (const auto& [plain, uses] : found_) ranked.emplace_back(uses.Stories(), uses.MostWritten());
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> best;
  for (auto& [stories, written] : ranked) {
    if (best.size() == limit) break;
    best.push_back(std::move(written));
  }
  return best;
}

void NearestWord::Add(unsigned slips, const KnownWord& word, std::int64_t stories) {
  near_[{slips, std::string(word.plain)}].Add(word.written, stories);
}

std::optional<std::string> NearestWord::Best() const {
  const std::pair<const std::pair<unsigned, std::string>, WordUses>* best = nullptr;
  for (const auto& each : near_) {
    const bool nearer = best == nullptr || each.first.first < best->first.first;
    if (!nearer && each.first.first > best->first.first) break;
    if (nearer || each.second.Stories() > best->second.Stories()) best = &each;
  }
  if (best == nullptr) return std::nullopt;
  return best->second.MostWritten();
}

}  // namespace heirloom::text
