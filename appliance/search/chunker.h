#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom {

// A piece of a story that is embedded by itself.
struct TextChunk {
  // Bytes of the story's plain text that it is about: what a reader is shown of it.
  std::size_t begin = 0;
  std::size_t end = 0;
  // What a model is given: those bytes, before them the title of the story (in the first chunk) or
  // what the sentences before them say (in those that begin within a paragraph).
  std::string embedded;
};

// Cuts a story where it pauses, into pieces of some 200 tokens of a model: at the end of a
// paragraph when there are 100 or more, else at the end of a sentence, else between words. Where a
// cut falls depends on what stands between it and the cut before it alone, so that an edit changes
// the chunks it touches, and those behind only until the next cut that stays. A story without words
// is one chunk of its title. At most `most` chunks; the rest of the story is left out.
std::vector<TextChunk> CutIntoChunks(std::string_view title, std::string_view text,
                                     std::size_t most);

// How many tokens a model will make of it, roughly: in scripts of letters by their number, in
// others one each.
std::size_t EstimateTokens(std::string_view text);

}  // namespace heirloom
