// Words that may be proposed to somebody: as completions of what they type, and for words that
// nobody knows. Adapters store an entry for each and count the stories that know it; which of them
// is the best is decided here, so that it is the same for all.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heirloom::text {

inline constexpr std::size_t kShortestBeginning = 2;  // Characters.
inline constexpr std::size_t kLongestBeginning = 24;

// A hostile text of distinct words must not fill the disk: words beyond these are not found.
inline constexpr std::size_t kMaxStoryWords = 400'000;

// Plain, and after a tab as written, if that is another. nullopt for what is not to be proposed:
// too short to be mistyped, too long for a word, with digits, or over 200 bytes in all. `plain` is
// the PlainKey of `token_text`.
std::optional<std::string> KnownWordEntry(std::string_view plain, std::string_view token_text);

struct KnownWord {
  std::string_view plain, written;
};
KnownWord ParseKnownWordEntry(std::string_view entry);

// Whether slips in such a word are mended at all.
bool MayBeMended(std::string_view plain_word);

// One plain word: in how many stories, and how it is written there.
class WordUses {
 public:
  void Add(std::string_view written, std::int64_t stories);
  std::int64_t Stories() const { return stories_; }
  const std::string& MostWritten() const;  // Something was added.

 private:
  std::int64_t stories_ = 0;
  std::map<std::string, std::int64_t, std::less<>> written_;
};

// Entries that begin with what was typed, gathered.
class Completions {
 public:
  // All that is passed must outlive it.
  explicit Completions(std::string_view plain_beginning) : beginning_(plain_beginning) {}

  // What is the beginning itself is no completion.
  void Add(std::string_view entry, std::int64_t stories);
  // Written forms, most used first; of equals by alphabet.
  std::vector<std::string> Best(std::size_t limit) const;

 private:
  std::string_view beginning_;
  std::map<std::string, WordUses, std::less<>> found_;
};

// Entries near to a word that nobody knows, gathered.
class NearestWord {
 public:
  void Add(unsigned slips, const KnownWord& word, std::int64_t stories);
  // Of the nearest the most used, as written; of equals the first of the alphabet.
  std::optional<std::string> Best() const;

 private:
  std::map<std::pair<unsigned, std::string>, WordUses> near_;  // By slips and plain word.
};

}  // namespace heirloom::text
