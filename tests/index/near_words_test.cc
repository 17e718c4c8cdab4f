#include "index/text/near_words.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "tests/support/seeded_random.h"

namespace heirloom::text {
namespace {

// The textbook's table, without anything kept or skipped.
unsigned Slips(const std::string& a, const std::string& b) {
  std::vector<std::vector<unsigned>> d(a.size() + 1, std::vector<unsigned>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = static_cast<unsigned>(i + j);
        continue;
      }
      d[i][j] = std::min(
          {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

std::string RandomWord(testing::SeededRandom& random) {
  std::string word;
  for (auto left = 1 + random.Below(8); left > 0; --left) {
    word += static_cast<char>('a' + random.Below(4));
  }
  return word;
}

}  // namespace

TEST_CASE("slips are counted as a table without shortcuts counts them", "[index]") {
  testing::SeededRandom random;
  std::vector<std::string> words;
  for (int i = 0; i < 400; ++i) words.push_back(RandomWord(random));
  std::sort(words.begin(), words.end());
  for (int round = 0; round < 40; ++round) {
    const std::string word = RandomWord(random);
    const unsigned most = 1 + static_cast<unsigned>(random.Below(2));
    NearWords measure(word, most);
    for (const std::string& other : words) {
      CAPTURE(word, other, most);
      const unsigned expected = Slips(word, other);
      const auto slips = measure.SlipsTo(other);
      CHECK(slips == (expected <= most ? std::optional(expected) : std::nullopt));
      if (!measure.Hopeless()) continue;
      // Nothing that begins so is near.
      const std::string hopeless = other.substr(0, *measure.Hopeless());
      for (const std::string& each : words) {
        if (each.starts_with(hopeless)) CHECK(Slips(word, each) > most);
      }
    }
  }
}

TEST_CASE("slips are counted in characters, whatever their bytes", "[index]") {
  NearWords measure("бабушка", 2);
  CHECK(measure.SlipsTo("бабшука") == 1u);
  CHECK(measure.SlipsTo("бабушка") == 0u);
  CHECK(measure.SlipsTo("бабка") == 2u);
  CHECK(measure.SlipsTo("ключ") == std::nullopt);
  REQUIRE(measure.Hopeless());
  CHECK(*measure.Hopeless() % 2 == 0);
}

}  // namespace heirloom::text
