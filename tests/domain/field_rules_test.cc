#include "appliance/domain/field_rules.h"

#include <catch2/catch.hpp>
#include <string>

namespace heirloom {
namespace {

FieldReader Reading(std::string_view body) { return FieldReader(Json::Parse(body).value()); }

}  // namespace

TEST_CASE("language tags are told from other words", "[domain][fields]") {
  for (const std::string text : {"en", "de", "yue", "pt-BR", "zh-Hant-TW", "sl-rozaj-biske"}) {
    INFO(text);
    CHECK(IsLanguageTag(text));
  }
  for (const std::string text : {"", "e", "EN", "english", "en_GB", "en-", "-en", "en--GB", "en-G",
                                 "en GB", "en-verylongtag", "d\xc3\xa9"}) {
    INFO(text);
    CHECK_FALSE(IsLanguageTag(text));
  }
  CHECK_FALSE(IsLanguageTag("en-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd"));
}

TEST_CASE("a language that is none is refused with examples", "[domain][fields]") {
  FieldReader in = Reading(R"({"good":"pt-BR","bad":"German"})");
  CHECK(ReadLanguage(in, "good") == "pt-BR");
  CHECK_FALSE(ReadLanguage(in, "missing"));
  CHECK(in.errors().empty());
  CHECK_FALSE(ReadLanguage(in, "bad"));
  REQUIRE(in.errors().size() == 1);
  CHECK(in.errors()[0] == FieldError{"/bad", "must be a language tag such as en, de or pt-BR"});
}

TEST_CASE("null and nothing take a text away, silence leaves it", "[domain][fields]") {
  FieldReader in =
      Reading(R"({"null":null,"blank":"  ","text":"Lisbon","long":"too long a name"})");
  const TextRule rule{.max = 10};
  CHECK_FALSE(ReadRemovableText(in, "missing", rule).has_value());
  for (const char* removed : {"null", "blank"}) {
    const auto text = ReadRemovableText(in, removed, rule);
    REQUIRE(text.has_value());
    CHECK_FALSE(text->has_value());
  }
  const auto text = ReadRemovableText(in, "text", rule);
  REQUIRE((text.has_value() && text->has_value()));
  CHECK(**text == "Lisbon");
  CHECK(in.errors().empty());
  CHECK_FALSE(ReadRemovableText(in, "long", rule).has_value());
  CHECK(in.errors().size() == 1);
}

TEST_CASE("a date is read, taken away, left or refused", "[domain][fields]") {
  FieldReader in = Reading(R"({"null":null,"date":" 1957-03 ","bad":"1957-13"})");
  CHECK_FALSE(ReadRemovableEdtf(in, "missing").has_value());
  const auto removed = ReadRemovableEdtf(in, "null");
  REQUIRE(removed.has_value());
  CHECK_FALSE(removed->has_value());
  const auto date = ReadRemovableEdtf(in, "date");
  REQUIRE((date.has_value() && date->has_value()));
  CHECK((*date)->text == "1957-03");
  CHECK(in.errors().empty());
  CHECK_FALSE(ReadRemovableEdtf(in, "bad").has_value());
  REQUIRE(in.errors().size() == 1);
  CHECK(in.errors()[0] == FieldError{"/bad", "1957-13 has no month 13"});
}

}  // namespace heirloom
