// What a person typed, understood: `walked to "the old mill" -river gra`.

#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "appliance/base/result.h"
#include "index/text/text_analysis.h"

namespace heirloom::text {

inline constexpr std::size_t kMaxQueryBytes = 4096;
inline constexpr std::size_t kMaxQueryWords = 32;  // Words after these are not looked for.

// Words that must stand side by side as written, or a single word that may be inflected.
struct Clause {
  std::vector<Word> words;  // Never empty.
  bool excluded = false;
  bool exact = false;      // Quoted, or several: no stems.
  bool beginning = false;  // A single word, the last: the person may still be typing it.
  unsigned times = 1;      // How often it stands in the text.
};

struct QueryText {
  std::vector<Clause> clauses;
  bool blank = false;  // White space alone: asks for everything. `clauses` may be empty without it.
};

// A word where it stands in the text: bytes [begin, end).
struct TypedWord {
  Clause clause;  // Of that word alone.
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The words that are looked for, in order, without excluded ones and those of scripts without
// spaces. None for a text that ParseQueryText refuses.
std::vector<TypedWord> TypedWords(std::string_view text);

// kInvalidArgument: over kMaxQueryBytes, not UTF-8, or with U+0000. Everything else means
// something: operators of other search engines are words or nothing, an open quote ends with the
// text.
Result<QueryText> ParseQueryText(std::string_view text);

}  // namespace heirloom::text
