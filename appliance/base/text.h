#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace heirloom {

// UTF-8 helpers (utf8proc). "Characters" are Unicode code points throughout.

// Well-formed UTF-8 (no surrogates, no overlong forms) without U+0000, which no database we
// support can store in text.
bool IsStorableText(std::string_view text);

std::size_t CountCharacters(std::string_view text);

// The first `count` characters; `text` itself when it is shorter. Never cuts a character.
std::string_view FirstCharacters(std::string_view text, std::size_t count);

// Unicode NFC. Returns the input unchanged if it is not well-formed.
std::string ToNfc(std::string_view text);

// Without white space at both ends (Unicode White_Space), and runs of it inside made one blank.
std::string CollapseSpace(std::string_view text);

// What two spellings of the same name share: NFKC, case-folded, space collapsed. For unique keys
// (e-mail, tag) and for look-ups.
std::string FoldKey(std::string_view text);

// FoldKey without accents, decomposed: "Café", "CAFÉ" and "cafe" share it. For finding words
// however they were typed; never for display.
std::string PlainKey(std::string_view text);

// A byte-wise sortable stand-in for `text`, so that every database orders titles alike: letters
// without accents and case first, the folded text after it to part equals. At most 200 bytes.
std::string SortKey(std::string_view text);

}  // namespace heirloom
