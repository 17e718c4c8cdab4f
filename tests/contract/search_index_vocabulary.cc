#include <catch2/catch.hpp>

#include "tests/contract/search_index_contract.h"
#include "tests/contract/search_index_fixture.h"

namespace heirloom::contract {
namespace {

using Words = std::vector<std::string>;

void CheckCompletions(const OpenSearchIndex& open) {
  SECTION("the last word is completed by words of stories, those first that most stories know") {
    Bench bench(open());
    bench.Put({Story(1, "Grandmother", "grain and gravel"), Story(2, "Gravel", "my grandmother"),
               Story(3, "", "a gravel pit, a graveyard")});
    CHECK(bench.Complete("gra") == Words{"gravel", "grandmother", "grain", "graveyard"});
    CHECK(bench.Complete("the old GRAV") == Words{"gravel", "graveyard"});
    CHECK(bench.Complete("gra", 1) == Words{"gravel"});
  }
  SECTION("what was typed in whole, ends with a space, or is one letter has no completion") {
    Bench bench(open());
    bench.Put({Story(1, "Gravel", "graveyard")});
    CHECK(bench.Complete("gravel").empty());
    for (const char* text : {"", "g", "grav ", "?", "-grav", "\"grav"}) {
      CAPTURE(text);
      CHECK(bench.Complete(text).empty());
    }
  }
  SECTION("words are shown with the accents that most stories write") {
    Bench bench(open());
    bench.Put({Story(1, "Großmutter", "Élégie", "de"), Story(2, "GROSSMUTTER", "élégie", "de"),
               Story(3, "", "Großmutter elegie", "de")});
    CHECK(bench.Complete("gros") == Words{"großmutter"});
    CHECK(bench.Complete("éle") == Words{"élégie"});
    CHECK(bench.Complete("ele") == Words{"élégie"});
  }
  SECTION("numbers and what is too short or too long for a word are not proposed") {
    Bench bench(open());
    bench.Put({Story(1, "1957 xy x1957 " + std::string(30, 'q'), "")});
    for (const char* text : {"19", "xy", "x1", "qqq"}) CHECK(bench.Complete(text).empty());
  }
  SECTION("a word goes with the last story that knows it") {
    Bench bench(open());
    bench.Apply({PutStory{Story(1, "Gravel", ""), 1}, PutStory{Story(2, "Grain", ""), 1}});
    bench.Apply({PutStory{Story(1, "Sand", ""), 2}});
    CHECK(bench.Complete("gr") == Words{"grain"});
    bench.Apply({DropStory{kTenant, IdOf(2), 2, 0}});
    CHECK(bench.Complete("gr").empty());
  }
  SECTION("too many and texts that Query refuses are refused") {
    Bench bench(open());
    CHECK(!bench.Index().Complete({kTenant, {kReader}, "gra", 21}));
    CHECK(!bench.Index().Complete({kTenant, {kReader}, "gra\xff", 8}));
    CHECK(bench.Index().Complete({kTenant, {}, "gra", 8}).value().empty());
  }
}

void CheckSlips(const OpenSearchIndex& open) {
  SECTION("a word that nobody knows becomes the nearest that somebody does") {
    Bench bench(open());
    bench.Put({Story(1, "The garden", "We walked to the lighthouse by the river."),
               Story(2, "", "A mill.")});
    const std::vector<std::pair<const char*, const char*>> cases = {
        {"gardn", "garden"},
        {"graden", "garden"},
        {"gaarden", "garden"},
        {"gafden", "garden"},
        {"lihgthuose", "lighthouse"},
        {"lightouse", "lighthouse"},
        {"rivver garden", "river garden"},
        {"mil l gardden", "mill l garden"},
        {"Gardn, and the rivver?", "garden, and the river?"},
        {"mlil", "mill"}};
    for (const auto& [typed, meant] : cases) {
      CAPTURE(typed);
      CHECK(bench.Correct(typed) == std::string(meant));
    }
  }
  SECTION("known words stay, by stem, beginning or accent too; so does what is like nothing") {
    Bench bench(open());
    bench.Put({Story(1, "Garden", "We walked. Café. Grandmother.")});
    for (const char* text : {"garden", "GARDENS", "walking", "cafe", "grandm", "", " ", "?!",
                             "xyzzy", "gzrzzn", "zt", "1957", "g4rden"}) {
      CAPTURE(text);
      CHECK(bench.Correct(text) == std::nullopt);
    }
  }
  SECTION("short words may be one slip off, longer ones two, the shortest none") {
    Bench bench(open());
    bench.Put({Story(1, "Oak", "Elm tree orchard")});
    CHECK(bench.Correct("oek") == std::string("oak"));
    CHECK(bench.Correct("tere") == std::string("tree"));
    CHECK(bench.Correct("teer") == std::nullopt);
    CHECK(bench.Correct("el") == std::nullopt);
    CHECK(bench.Correct("orcard") == std::string("orchard"));
    CHECK(bench.Correct("orhcrad") == std::string("orchard"));
    CHECK(bench.Correct("orhcrda") == std::nullopt);
  }
  SECTION("the longest words are mended too, and what is longer than any word stays") {
    Bench bench(open());
    const std::string longest = "abcabcabcabcabcabcabcabc";
    bench.Put({Story(1, longest, std::string(24, 'a'))});
    CHECK(bench.Correct(longest + "xx") == longest);
    CHECK(bench.Correct("x" + std::string(23, 'a')) == std::string(24, 'a'));
    CHECK(bench.Correct(longest + "xxx") == std::nullopt);
    CHECK(bench.Correct(std::string(400, 'a')) == std::nullopt);
  }
  SECTION("nearer beats more used; of equally near the most used wins") {
    Bench bench(open());
    bench.Put({Story(1, "", "mill till"), Story(2, "", "till"), Story(3, "", "garten gardens"),
               Story(4, "", "gardens")});
    CHECK(bench.Correct("xill") == std::string("till"));
    CHECK(bench.Correct("gartem") == std::string("garten"));
  }
  SECTION("phrases keep their quotes, excluded words stay, and so does all else") {
    Bench bench(open());
    bench.Put({Story(1, "The old mill", "by the river")});
    CHECK(bench.Correct("\"old mlil\" -rivver") == std::string("\"old mill\" -rivver"));
    CHECK(bench.Correct("  rivver…  ") == std::string("  river…  "));
    CHECK(bench.Correct("l'rivver") == std::string("l'river"));
  }
  SECTION("of the words the first eight are looked at") {
    Bench bench(open());
    bench.Put({Story(1, "River", "")});
    CHECK(bench.Correct("river river river river river river river rivver rivver") ==
          std::string("river river river river river river river river rivver"));
  }
}

void CheckLanguages(const OpenSearchIndex& open) {
  SECTION("slips are mended in every language, with the accents of the stories") {
    Bench bench(open());
    bench.Put({Story(1, "Großmutter", "im Gärtchen", "de"), Story(2, "La bibliothèque", "", "fr"),
               Story(3, "El niño", "mañana", "es"), Story(4, "Бабушка", "рассказывала", "ru"),
               Story(5, "Mormors trädgård", "", "sv"), Story(6, "Επιστολή", "", "el")});
    const std::vector<std::pair<const char*, const char*>> cases = {
        {"grosmutter", "großmutter"},    {"Großmuter", "großmutter"}, {"gartchn", "gärtchen"},
        {"bibliotheqe", "bibliothèque"}, {"manyana", "mañana"},       {"бабшука", "бабушка"},
        {"tradgrad", "trädgård"},        {"επιστλοη", "επιστολή"}};
    for (const auto& [typed, meant] : cases) {
      CAPTURE(typed);
      CHECK(bench.Correct(typed) == std::string(meant));
    }
  }
  SECTION("scripts without spaces are left alone") {
    Bench bench(open());
    bench.Put({Story(1, "東京の庭", "")});
    CHECK(bench.Correct("東凉の庭") == std::nullopt);
    CHECK(bench.Complete("東京").empty());
  }
}

void CheckWhoseWords(const OpenSearchIndex& open) {
  SECTION("nobody is proposed a word of stories that they may not see") {
    Bench bench(open());
    StoryDocument secret = Story(1, "Lighthouse", "gardenia");
    secret.readers = {"u:ada", "l:family:editor"};
    bench.Put({secret, Story(2, "Garden", "")});
    CHECK(bench.Correct("lihgthouse") == std::nullopt);
    CHECK(bench.Complete("lig").empty());
    CHECK(bench.Complete("gard") == Words{"garden"});
    for (const char* reader : {"u:ada", "l:family:editor"}) {
      CHECK(bench.Index().Correct({kTenant, {reader}, "lihgthouse"}).value() ==
            std::string("lighthouse"));
      CHECK(bench.Index().Complete({kTenant, {"u:bob", reader}, "lig", 8}).value() ==
            Words{"lighthouse"});
    }
    CHECK(bench.Index().Correct({"another tenant", {"u:ada"}, "lihgthouse"}).value() ==
          std::nullopt);
    CHECK(bench.Index().Complete({"another tenant", {"u:ada"}, "lig", 8}).value().empty());
    CHECK(bench.Index().Correct({kTenant, {}, "lihgthouse"}).value() == std::nullopt);
  }
  SECTION("a word that only others know counts as unknown") {
    Bench bench(open());
    StoryDocument others = Story(1, "gardn gardn", "gardn");
    others.readers = {"u:stranger"};
    bench.Put({others, Story(2, "Garden", "")});
    CHECK(bench.Correct("gardn") == std::string("garden"));
  }
  SECTION("a story that changes hands takes its words along") {
    Bench bench(open());
    StoryDocument story = Story(1, "Lighthouse", "");
    bench.Apply({PutStory{story, 1}});
    CHECK(bench.Complete("lig") == Words{"lighthouse"});
    story.readers = {"u:ada"};
    bench.Apply({PutStory{story, 2}});
    CHECK(bench.Complete("lig").empty());
    CHECK(bench.Correct("lihgthouse") == std::nullopt);
  }
}

}  // namespace

void CheckSearchIndexVocabulary(const OpenSearchIndex& open) {
  CheckCompletions(open);
  CheckSlips(open);
  CheckLanguages(open);
  CheckWhoseWords(open);
}

}  // namespace heirloom::contract
