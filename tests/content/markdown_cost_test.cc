#include "appliance/content/markdown_cost.h"

#include <catch2/catch.hpp>
#include <string>

namespace heirloom::content {
namespace {

std::string Repeat(std::string_view unit, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += unit;
  return out;
}

}  // namespace

TEST_CASE("long texts as people write them cost little", "[content][markdown]") {
  const std::string paragraph =
      Repeat("They hadn't met in *years*; see [the lamp](https://example.org/lamp) and www.a.org. ",
             20) +
      "\n\n";
  const MarkdownCost cost = EstimateCost(Repeat(paragraph, 500));
  CHECK(cost.can_parse);
  CHECK(cost.can_autolink);
  std::string references;
  for (int i = 0; i < 1000; ++i) references += "[" + std::to_string(i) + "]: https://a.org/b\n";
  CHECK(EstimateCost(Repeat("As told [1].\n\n", 5000) + references).can_parse);
}

TEST_CASE("brackets count between blank lines", "[content][markdown]") {
  CHECK(EstimateCost(Repeat("[", 2000)).can_parse);
  CHECK_FALSE(EstimateCost(Repeat("[", 2001)).can_parse);
  CHECK_FALSE(EstimateCost(Repeat("[\n", 2001)).can_parse);
  for (const char* blank : {"\n\n", "\r\n\r\n", "\r\r", "\n \t\n"}) {
    CHECK(EstimateCost(Repeat("[", 1500) + blank + Repeat("[", 1500)).can_parse);
  }
}

TEST_CASE("copies of one long definition count together", "[content][markdown]") {
  const std::string definition = "[a]: /" + std::string(100'000, 'b') + "\n\n";
  CHECK(EstimateCost(definition + Repeat("[a] ", 100)).can_parse);
  CHECK_FALSE(EstimateCost(definition + Repeat("[a] ", 200)).can_parse);
  CHECK_FALSE(EstimateCost(Repeat("[a] \n\n", 200) + definition).can_parse);
}

TEST_CASE("bare addresses cost by length and punctuation between blank lines",
          "[content][markdown]") {
  CHECK(EstimateCost("http://a" + Repeat(")", 30'000)).can_autolink);
  CHECK_FALSE(EstimateCost("http://a" + Repeat(")", 40'000)).can_autolink);
  CHECK(EstimateCost("http a" + Repeat(")", 40'000)).can_autolink);
}

}  // namespace heirloom::content
