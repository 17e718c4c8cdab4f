#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/contract/search_index_contract.h"
#include "tests/contract/search_index_fixture.h"

namespace heirloom::contract {
namespace {

void CheckInflection(const OpenSearchIndex& open) {
  SECTION("words are found by their stem in the language of the story") {
    Bench bench(open());
    bench.Put({Story(1, "", "She walked home.", "en"), Story(2, "", "Zwei alte Häuser.", "de"),
               Story(3, "", "Les chevaux dormaient.", "fr"), Story(4, "", "Бабушки пекли.", "ru"),
               Story(5, "", "Los niños cantaban.", "es-MX")});
    CHECK(bench.Find("walking") == std::vector{IdOf(1)});
    CHECK(bench.Find("WALKS") == std::vector{IdOf(1)});
    CHECK(bench.Find("haus") == std::vector{IdOf(2)});
    CHECK(bench.Find("hauses") == std::vector{IdOf(2)});
    CHECK(bench.Find("cheval") == std::vector{IdOf(3)});
    CHECK(bench.Find("бабушка") == std::vector{IdOf(4)});
    CHECK(bench.Find("niño") == std::vector{IdOf(5)});
  }
  SECTION("a stem of one language finds nothing in another") {
    Bench bench(open());
    // German stems "singen" to "sing"; English leaves it.
    bench.Put({Story(1, "", "singen", "en"), Story(2, "", "singen", "de")});
    CHECK(bench.Find("singst ") == std::vector{IdOf(2)});
  }
  SECTION("a story in a language without a stemmer is found by its words as they stand") {
    Bench bench(open());
    bench.Put({Story(1, "", "Babička pekla koláče.", "cs"), Story(2, "", "walked", "")});
    CHECK(bench.Find("koláče") == std::vector{IdOf(1)});
    CHECK(bench.Find("walked") == std::vector{IdOf(2)});
    CHECK(bench.Find("walking ").empty());
  }
  SECTION("case, accents and typographic forms do not matter, in either direction") {
    Bench bench(open());
    bench.Put({Story(1, "", "Au Café de la Paix", "fr"), Story(2, "", "the cafe at the corner"),
               Story(3, "", "Straße", "de"), Story(4, "", "e\xcc\x81t\xc3\xa9", "fr"),
               Story(5, "", "les fleurs élevées", "fr")});
    CHECK(bench.Find("CAFE").size() == 2);
    CHECK(bench.Find("café").size() == 2);
    CHECK(bench.Find("strasse") == std::vector{IdOf(3)});
    CHECK(bench.Find("ete") == std::vector{IdOf(4)});
    CHECK(bench.Find("elevee") == std::vector{IdOf(5)});
  }
  SECTION("apostrophes: the genitive is the name, an elided article is no word to look for") {
    Bench bench(open());
    bench.Put({Story(1, "", "Father’s boat"), Story(2, "", "Homme de mer", "fr"),
               Story(3, "", "L'homme et la mer", "fr")});
    CHECK(bench.Find("father ") == std::vector{IdOf(1)});
    CHECK(bench.Find("father's") == std::vector{IdOf(1)});
    CHECK(bench.Find("l'homme").size() == 2);
  }
  SECTION("text without spaces is found by any part of it") {
    Bench bench(open());
    bench.Put({Story(1, "", "祖母は東京都に住んでいた。", "ja"), Story(2, "", "京都の東。", "ja")});
    CHECK(bench.Find("東京") == std::vector{IdOf(1)});
    CHECK(bench.Find("京都").size() == 2);
    CHECK(bench.Find("祖母 東京") == std::vector{IdOf(1)});
    CHECK(bench.Find("都京").empty());
  }
}

void CheckOperators(const OpenSearchIndex& open) {
  SECTION("all words must match, in the title or in the text") {
    Bench bench(open());
    std::vector<StoryDocument> stories;
    for (int i = 1; i <= 5; ++i) stories.push_back(Story(i, "The mill", "by the river"));
    stories.push_back(Story(6, "The mill", "on the hill"));
    bench.Put(stories);
    const std::vector<Id> found = bench.Find("mill river");
    CHECK(found.size() == 5);
    CHECK(std::find(found.begin(), found.end(), IdOf(6)) == found.end());
  }
  SECTION(
      "when hardly anything matches all words, one is enough, and what matches all comes first") {
    Bench bench(open());
    bench.Put({Story(1, "Rose rose rose", "rose rose"),
               Story(2, "", "a rose in a garden of stones"), Story(3, "Garden", "garden"),
               Story(4, "", "nothing")});
    const std::vector<Id> found = bench.Find("rose garden");
    REQUIRE(found.size() == 3);
    CHECK(found[0] == IdOf(2));
  }
  SECTION("when one word is enough, phrases and exclusions still hold") {
    Bench bench(open());
    bench.Put({Story(1, "", "red rose, old mill"), Story(2, "", "rose"), Story(3, "", "old mill"),
               Story(4, "", "an old mill, a garden, a ghost")});
    const std::vector<Id> found = bench.Find("\"old mill\" rose garden -ghost");
    CHECK(found == std::vector{IdOf(1)});
  }
  SECTION("a phrase matches side by side, in order, as written") {
    Bench bench(open());
    bench.Put({Story(1, "", "We walked to the old mill."), Story(2, "", "The mill was old."),
               Story(3, "The old mill", ""), Story(4, "", "old mills"),
               Story(5, "Of old", "Mill after mill")});
    std::vector<Id> found = bench.Find("\"old mill\"");
    std::sort(found.begin(), found.end());
    CHECK(found == std::vector{IdOf(1), IdOf(3)});
    CHECK(bench.Find("“OLD MILL”").size() == 2);
    CHECK(bench.Find("\"old mills\"") == std::vector{IdOf(4)});
    CHECK(bench.Find("\"mill old\"").empty());
    CHECK(bench.Find("\"old mill").size() == 2);
  }
  SECTION("an excluded word or phrase keeps stories out, in any inflection") {
    Bench bench(open());
    bench.Put({Story(1, "", "The mill and the river"), Story(2, "", "The mill and two rivers"),
               Story(3, "", "The mill and the hill"), Story(4, "", "The mill by the old road")});
    CHECK(bench.Find("mill -river").size() == 2);
    CHECK(bench.Find("mill -\"old road\" -rivers") == std::vector{IdOf(3)});
    CHECK(bench.Find("-river") == std::vector{IdOf(4), IdOf(3)});
  }
  SECTION("a hyphen inside a word excludes nothing") {
    Bench bench(open());
    bench.Put({Story(1, "", "My great-grandfather")});
    CHECK(bench.Find("great-grandfather") == std::vector{IdOf(1)});
    CHECK(bench.Find("great - grandfather") == std::vector{IdOf(1)});
  }
  SECTION("the last word may be a beginning of two characters and more, unless a space follows") {
    Bench bench(open());
    bench.Put({Story(1, "", "My grandmother baked."), Story(2, "Élégie", "", "fr")});
    CHECK(bench.Find("gr") == std::vector{IdOf(1)});
    CHECK(bench.Find("bake grandmo") == std::vector{IdOf(1)});
    CHECK(bench.Find("grandmother") == std::vector{IdOf(1)});
    CHECK(bench.Find("eleg") == std::vector{IdOf(2)});
    CHECK(bench.Find("g").empty());
    CHECK(bench.Find("grandmo ").empty());
    CHECK(bench.Find("grandmo xyz").empty());
    CHECK(bench.Find("\"grandmo\"").empty());
    CHECK(bench.Find("grandmotherx").empty());
  }
  SECTION("text without a word finds nothing, white space alone finds everything") {
    Bench bench(open());
    bench.Put({Story(1, "The mill", "")});
    for (const char* text : {"?!", "\"", "\"\"", "-", "* AND (", "…"}) {
      CAPTURE(text);
      CHECK(bench.Find(text).empty());
    }
    CHECK(bench.Find(" \t\n").size() == 1);
  }
}

void CheckHostile(const OpenSearchIndex& open) {
  SECTION("hostile texts are answered") {
    Bench bench(open());
    bench.Put({Story(1, "The mill", "We walked to the old mill.")});
    std::string everything;
    for (int c = 1; c < 128; ++c) everything += static_cast<char>(c);
    std::string many;
    for (int i = 0; i < 130; ++i) many += "w" + std::to_string(i) + " ";
    for (const std::string& text :
         {std::string(400, '"'), std::string(400, '*'), std::string(400, '-'),
          std::string(400, '('), std::string(400, 'a'), std::string("mill AND NOT (OR NEAR/0"),
          std::string("title:mill XOR ADJ/9999999999 \"a b"), everything, many,
          std::string("- -\"- \"-\" -\x01\x02\x1f\x7f"), std::string("mi* m?ll mill~9 [a TO z]"),
          std::string("\xf0\x9f\x91\xb5\xf0\x9f\x8f\xbd\xe2\x80\x8d"), std::string(1300, '\'')}) {
      CAPTURE(text);
      CHECK(bench.Index().Query(Bench::Ask(text)));
      CHECK(bench.Index().Suggest({kTenant, {kReader}, text, std::nullopt, 8}));
      bench.Index().FindWords(text, "en", text, 10);
    }
  }
  SECTION("text that is not UTF-8, with U+0000 or of 10,000 bytes is refused") {
    Bench bench(open());
    bench.Put({Story(1, "The mill", "")});
    for (const std::string& text : {std::string("mi\xff\xfe"), std::string("\xed\xa0\x80"),
                                    std::string("mill\0", 5), std::string(10'000, 'a')}) {
      const auto answer = bench.Index().Query(Bench::Ask(text));
      REQUIRE(!answer);
      CHECK(answer.error().code == ErrorCode::kInvalidArgument);
      CHECK(!bench.Index().Suggest({kTenant, {kReader}, text, std::nullopt, 8}));
      CHECK(bench.Index().FindWords(text, "en", "mill", 10).empty());
    }
  }
  SECTION("stories of any bytes are kept and found") {
    Bench bench(open());
    std::string text = "before \xff\xfe\xc3 after ";
    text += std::string(3000, 'y') + " " + std::string("z\0z", 3) + " end";
    bench.Put({Story(1, "The mill", text)});
    for (const char* word : {"before ", "after ", "end ", "mill "})
      CHECK(bench.Find(word).size() == 1);
    CHECK(bench.Find(std::string(3000, 'y')).size() == 1);
  }
}

}  // namespace

void CheckSearchIndexWords(const OpenSearchIndex& open) {
  CheckInflection(open);
  CheckOperators(open);
  CheckHostile(open);
}

void CheckSearchIndexFindWords(const OpenSearchIndex& open) {
  const auto index = open();
  const auto found = [&index](std::string_view query, std::string_view language,
                              const std::string& text) {
    std::vector<std::string> words;
    for (const TextMatch& match : index->FindWords(query, language, text, 100)) {
      words.push_back(text.substr(match.begin, match.end - match.begin));
    }
    return words;
  };
  using Words = std::vector<std::string>;
  SECTION("words are marked by their stem in the language of the text, on borders of characters") {
    CHECK(found("walking", "en", "She walked. Walks! A walker.") == Words{"walked", "Walks"});
    CHECK(found("haus ", "de", "„Häuser“, Hausierer") == Words{"Häuser"});
    CHECK(found("haus ", "en", "Häuser Haus") == Words{"Haus"});
    CHECK(found("CAFE", "", "café, Café; cafés") == Words{"café", "Café", "cafés"});
  }
  SECTION("the last word may be a beginning, phrases are marked only as phrases") {
    CHECK(found("old gra", "en", "An old grandmother") == Words{"old", "grandmother"});
    CHECK(found("\"old mill\"", "en", "old; the old mill, a mill") == Words{"old", "mill"});
    CHECK(found("mill -old", "en", "the old mill") == Words{"mill"});
  }
  SECTION("text without spaces is marked in one piece") {
    CHECK(found("東京", "ja", "祖母は東京都に、東に") == Words{"東京"});
  }
  SECTION("matches are in order, without overlap, and no more than asked for") {
    const std::string text = "mill mill mill mill";
    const std::vector<TextMatch> matches = index->FindWords("mill \"mill mill\"", "en", text, 3);
    REQUIRE(matches.size() == 3);
    for (std::size_t i = 1; i < matches.size(); ++i) CHECK(matches[i - 1].end < matches[i].begin);
    CHECK(index->FindWords("mill", "en", text, 0).empty());
    CHECK(index->FindWords("", "en", text, 3).empty());
  }
}

}  // namespace heirloom::contract
