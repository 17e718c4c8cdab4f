#include <catch2/catch.hpp>
#include <fstream>
#include <numeric>
#include <sstream>

#include "index/minilm/minilm_embedder.h"
#include "index/minilm/word_pieces.h"

namespace heirloom {
namespace {

constexpr std::size_t kSentences = 1000;
constexpr std::size_t kDimensions = 384;

struct Reference {
  std::string text;
  std::vector<std::int32_t> pieces;
  Vector vector;
};

std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

// What minilm_reference.py wrote.
std::vector<Reference> ReadReferences() {
  const std::string name = HEIRLOOM_MINILM_REFERENCE;
  std::ifstream text(name + ".txt");
  std::ifstream vectors(name + ".f32", std::ios::binary);
  std::vector<Reference> all;
  for (std::string line; std::getline(text, line);) {
    Reference reference;
    const std::size_t tab = line.find('\t');
    std::istringstream pieces(line.substr(0, tab));
    for (std::int32_t piece = 0; pieces >> piece;) reference.pieces.push_back(piece);
    reference.text = FromHex(line.substr(tab + 1));
    reference.vector.resize(kDimensions);
    vectors.read(reinterpret_cast<char*>(reference.vector.data()), kDimensions * sizeof(float));
    all.push_back(std::move(reference));
  }
  REQUIRE(vectors);
  return all;
}

TEST_CASE("pieces and vectors are those of the reference, on a thousand sentences") {
  const std::vector<Reference> references = ReadReferences();
  REQUIRE(references.size() == kSentences);
  const auto pieces =
      minilm::WordPieces::Open(std::string(HEIRLOOM_MODEL_FOLDER) + "/tokenizer.json");
  REQUIRE(pieces);
  const auto embedder = OpenMiniLm({.folder = HEIRLOOM_MODEL_FOLDER});
  double least = 1;
  for (const Reference& reference : references) {
    INFO(reference.text);
    CHECK(pieces->Cut(reference.text, 256) == reference.pieces);
    const auto made = embedder->Embed(std::span(&reference.text, 1));
    REQUIRE(made);
    const double cosine = std::inner_product(reference.vector.begin(), reference.vector.end(),
                                             made->front().begin(), 0.0);
    CHECK(cosine >= 0.9999);
    least = std::min(least, cosine);
  }
  WARN("the least cosine is " << least);
}

}  // namespace
}  // namespace heirloom
