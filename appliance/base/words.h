#pragma once

#include <string_view>
#include <vector>

namespace heirloom {

// `text` cut where somebody who reads it would see one thing end and another begin; put together
// again the pieces are `text`. A piece is a word (letters, marks and digits, with apostrophes
// inside), one character as people count them where a script sets no spaces between words (Han,
// Kana, Thai, Lao, Tibetan, Myanmar, Khmer), a run of spaces, a run of line ends, or one other
// character. Well-formed UTF-8 alone. The pieces lie in `text`.
std::vector<std::string_view> SplitWords(std::string_view text);

}  // namespace heirloom
