// The files of a model: its tensors and its vocabulary.
#include "index/minilm/tensor_file.h"
#include "index/minilm/word_pieces.h"
#include "tests/fuzz/fuzzer.h"

using heirloom::fuzz::Expect;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto places = heirloom::minilm::ReadTensorPlaces(std::as_bytes(std::span(data, size)));
  if (places) {
    for (const auto& [name, place] : *places) {
      Expect(place.begin <= place.end && place.end <= size, "a tensor lies within its file");
    }
  }
  const auto pieces = heirloom::minilm::WordPieces::Parse(heirloom::fuzz::AsText(data, size));
  if (!pieces) return 0;
  for (const std::int32_t number : pieces->Cut("a word, and another: naïve", 16)) {
    Expect(number >= 0 && number < pieces->size(), "a piece has a number of the vocabulary");
  }
  return 0;
}
