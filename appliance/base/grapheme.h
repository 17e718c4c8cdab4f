#pragma once

#include <cstddef>
#include <string_view>

namespace heirloom {

// What a person takes for one character (Unicode UAX #29, extended grapheme clusters): a letter
// with its accents, a flag, a family of emoji. A text that is shown in pieces is cut at their
// borders.

// The nearest border at or before byte `at`, and at or after it. `text` is UTF-8; bytes that are
// not stand alone. Something of more than 1,024 bytes is no character to anybody and may be cut.
std::size_t GraphemeBorderBefore(std::string_view text, std::size_t at);
std::size_t GraphemeBorderAfter(std::string_view text, std::size_t at);

}  // namespace heirloom
