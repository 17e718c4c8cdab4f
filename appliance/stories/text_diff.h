#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "appliance/stories/sequence_diff.h"

namespace heirloom {

struct TextPiece {
  Change change = Change::kSame;
  std::string text;

  friend bool operator==(const TextPiece&, const TextPiece&) = default;
};

// Two texts in pieces, in order: what is same and removed gives the first, what is same and added
// the second. What was removed stands before what came in its place.
struct TextDiff {
  std::vector<TextPiece> pieces;
  bool complete = true;  // False: paragraphs were compared, not words.
};

// By words (SplitWords); by paragraphs where that takes too long; as a whole where that does too.
// Well-formed UTF-8 alone.
TextDiff DiffTexts(std::string_view before, std::string_view after);

}  // namespace heirloom
