#include "tests/contract/embedder_contract.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

namespace heirloom::contract {
namespace {

// A server's last bits may differ from one call to the next.
constexpr double kSame = 0.9999;

double Product(const Vector& a, const Vector& b) {
  REQUIRE(a.size() == b.size());
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// Of many kinds, none with the meaning of another.
std::vector<std::string> Texts() {
  return {"My grandmother baked bread every Friday.",
          "In 1911 the ship Amerika left Hamburg for New York.",
          "Großmutter kochte Marillenknödel, café crème, naïve",
          "祖母は毎週金曜日にパンを焼いた。",
          "\U0001F469\u200D\U0001F373\U0001F35E",
          "?! … —",
          "a",
          "",
          " \n\t ",
          std::string(20'000, 'w')};
}

Vector EmbedOne(Embedder& embedder, const std::string& text) {
  return embedder.Embed(std::span(&text, 1)).value().at(0);
}

void CheckShapes(Embedder& embedder) {
  const EmbeddingModel model = embedder.Model().value();
  SECTION("a model has a name in printable ASCII, a size, and keeps both") {
    CHECK_FALSE(model.id.empty());
    CHECK(model.id.size() <= 200);
    CHECK(
        std::all_of(model.id.begin(), model.id.end(), [](char c) { return c > ' ' && c <= '~'; }));
    CHECK(model.dimensions >= 1);
    CHECK(model.dimensions <= Embedder::kMaxDimensions);
    CHECK(model.max_tokens >= 1);
    REQUIRE(embedder.Embed(Texts()));
    CHECK(embedder.Model().value() == model);
  }
  SECTION("each text gets a vector of the model's size and of length 1, without a word in it too") {
    const auto vectors = embedder.Embed(Texts()).value();
    REQUIRE(vectors.size() == Texts().size());
    for (std::size_t i = 0; i < vectors.size(); ++i) {
      INFO("text " << i);
      REQUIRE(vectors[i].size() == model.dimensions);
      CHECK(std::all_of(vectors[i].begin(), vectors[i].end(),
                        [](float value) { return std::isfinite(value); }));
      CHECK(Product(vectors[i], vectors[i]) == Approx(1).margin(1e-4));
    }
  }
  SECTION("texts with nothing in common lie further from each other than from themselves") {
    const auto vectors = embedder.Embed(Texts()).value();
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t j = 0; j < i; ++j) CHECK(Product(vectors[i], vectors[j]) < 0.95);
    }
  }
  SECTION("texts that mean alike, in words they share, lie nearer than others") {
    const Vector bread = EmbedOne(embedder, "Grandmother baked bread in the village oven");
    const Vector again = EmbedOne(embedder, "In the village oven, grandmother's bread was baked");
    const Vector ship = EmbedOne(embedder, "The ship left Hamburg harbour at noon");
    CHECK(Product(bread, again) > Product(bread, ship) + 0.1);
  }
}

void CheckSameness(Embedder& embedder) {
  SECTION("a text has the same vector alone, among others, twice in a call, and at any place") {
    std::vector<std::string> texts = Texts();
    const auto forwards = embedder.Embed(texts).value();
    std::reverse(texts.begin(), texts.end());
    texts.push_back(texts.front());
    const auto backwards = embedder.Embed(texts).value();
    for (std::size_t i = 0; i < forwards.size(); ++i) {
      INFO("text " << i);
      CHECK(Product(forwards[i], backwards[forwards.size() - 1 - i]) > kSame);
      CHECK(Product(forwards[i], EmbedOne(embedder, Texts()[i])) > kSame);
    }
    CHECK(Product(backwards.front(), backwards.back()) > kSame);
  }
  SECTION("however many ask at once, each gets what is its own") {
    constexpr std::size_t kAskers = 8;
    const std::vector<std::string> texts = Texts();
    const auto alone = embedder.Embed(texts).value();
    std::vector<Result<std::vector<Vector>>> together(kAskers);
    {
      std::vector<std::jthread> threads;
      for (std::size_t t = 0; t < kAskers; ++t) {
        threads.emplace_back(
            [&, t] { together[t] = embedder.Embed(std::span(texts).subspan(t, 2)); });
      }
    }
    for (std::size_t t = 0; t < kAskers; ++t) {
      const auto& vectors = together[t].value();
      for (std::size_t i = 0; i < 2; ++i) CHECK(Product(vectors[i], alone[t + i]) > kSame);
    }
  }
}

void CheckBounds(Embedder& embedder) {
  SECTION("as many and as long texts as the port allows are embedded") {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < Embedder::kMaxTexts; ++i)
      texts.push_back("story " + std::to_string(i));
    const auto vectors = embedder.Embed(texts).value();
    CHECK(vectors.size() == Embedder::kMaxTexts);
    CHECK(Product(vectors[63], EmbedOne(embedder, "story 63")) > kSame);
    std::string longest;
    while (longest.size() < Embedder::kMaxTextBytes) longest += "word ";
    longest.resize(Embedder::kMaxTextBytes);
    CHECK_FALSE(EmbedOne(embedder, longest).empty());
  }
  SECTION("what the port does not allow is refused whole") {
    const std::vector<std::vector<std::string>> wrong = {
        {},
        std::vector<std::string>(Embedder::kMaxTexts + 1, "a"),
        {"good", std::string(Embedder::kMaxTextBytes + 1, 'x')},
        {"good", "\xC3"},
        {"good", "\xED\xA0\x80"},
        {"good", std::string("a\0b", 3)}};
    for (const std::vector<std::string>& texts : wrong) {
      const auto vectors = embedder.Embed(texts);
      REQUIRE_FALSE(vectors);
      CHECK(vectors.error().code == ErrorCode::kInvalidArgument);
    }
    CHECK(embedder.Embed(Texts()));
  }
}

}  // namespace

void CheckEmbedder(const MakeEmbedder& make) {
  const std::unique_ptr<Embedder> embedder = make();
  CheckShapes(*embedder);
  CheckSameness(*embedder);
  CheckBounds(*embedder);
}

}  // namespace heirloom::contract
