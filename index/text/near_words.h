// How far words lie from one another, by slips of the finger: a letter wrong, left out, too many,
// or two neighbours changed about (optimal string alignment).

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::text {

// Slips that are allowed in a word of so many characters: none in short ones, which all are near to
// each other.
unsigned MostSlips(std::size_t characters);

// Measures one word against many in byte order, as a walk over a tree of their beginnings: what is
// known of a beginning is kept for the next word, and beginnings that lead nowhere are named.
class NearWords {
 public:
  NearWords(std::string_view word, unsigned most);

  // Slips between the word and `other`, where they are at most `most`. Otherwise `Hopeless` tells.
  std::optional<unsigned> SlipsTo(std::string_view other);

  // How many bytes of the last `other` no word near enough begins with; nullopt when some may.
  std::optional<std::size_t> Hopeless() const { return hopeless_; }

 private:
  using Slips = std::vector<unsigned>;  // To each beginning of the word.
  void Extend(char32_t c);
  bool LeadsNowhere() const;

  const std::u32string word_;
  const unsigned most_;
  std::u32string path_;      // The beginning of `other` that rows_ are known for.
  std::vector<Slips> rows_;  // For each beginning of path_, the empty one first.
  std::optional<std::size_t> hopeless_;
};

}  // namespace heirloom::text
