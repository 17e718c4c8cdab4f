// Texts on their way to a model.
#include "index/minilm/word_pieces.h"

#include "appliance/base/text.h"
#include "index/minilm/bert_text.h"
#include "tests/fuzz/fuzzer.h"

using heirloom::fuzz::Expect;

namespace {

constexpr std::size_t kLimit = 64;

const heirloom::minilm::WordPieces& Vocabulary() {
  static const auto pieces = heirloom::minilm::WordPieces::Parse(
      R"({"model":{"vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"a":3,"##a":4,"b":5,"##b":6,"ab":7,)"
      R"("##ab":8,"e":9,"##e":10,"\u4e2d":11,"!":12,"##\u0301":13}}})");
  return *pieces;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = heirloom::fuzz::AsText(data, size);
  if (!heirloom::IsStorableText(text)) return 0;
  for (const std::string& word : heirloom::minilm::BertWords(text)) {
    Expect(!word.empty() && heirloom::IsStorableText(word), "a word is text");
  }
  const auto pieces = Vocabulary().Cut(text, kLimit);
  Expect(pieces.size() >= 2 && pieces.size() <= kLimit, "no more pieces than were asked for");
  Expect(pieces.front() == 1 && pieces.back() == 2, "a text has its begin and end");
  for (std::size_t i = 1; i + 1 < pieces.size(); ++i) {
    Expect(pieces[i] == 0 || (pieces[i] > 2 && pieces[i] < Vocabulary().size()),
           "no text makes a marker");
  }
  return 0;
}
