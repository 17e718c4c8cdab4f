#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heirloom::minilm {

// What an uncased BERT model takes for the words of a text: control characters gone, every CJK
// ideograph and every punctuation mark by itself, accents taken off, small letters. Character by
// character as Hugging Face's BertNormalizer and BertPreTokenizer do it, slips included, since the
// model was trained on what they give; but by today's Unicode, where they know that of 2014: some
// 500 marks and punctuation of rare scripts are told apart from letters here. `utf8` must be
// well-formed.
//
// Markers such as "[SEP]" have no meaning in a text: they are the words they look like.
std::vector<std::string> BertWords(std::string_view utf8);

}  // namespace heirloom::minilm
