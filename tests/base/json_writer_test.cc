#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "appliance/base/json.h"
#include "appliance/base/text.h"
#include "tests/support/aborts.h"
#include "tests/support/mutate.h"

namespace heirloom {
namespace {

using namespace std::string_literals;

std::string Written(std::string_view text) { return JsonWriter().String(text).Take(); }

}  // namespace

TEST_CASE("the writer puts commas and colons where they belong", "[base][json]") {
  JsonWriter json;
  json.BeginObject().Member("a", "x").Member("b", std::int64_t{-3}).Key("c").BeginArray();
  json.Integer(1).BeginObject().EndObject().BeginArray().EndArray().Bool(true).Bool(false).Null();
  json.EndArray().Key("d").Raw(R"({"raw":[1]})").Key("e").Number(0.1).EndObject();
  CHECK(json.View() == R"({"a":"x","b":-3,"c":[1,{},[],true,false,null],"d":{"raw":[1]},"e":0.1})");
}

TEST_CASE("a single value is JSON too", "[base][json]") {
  CHECK(JsonWriter().Null().Take() == "null");
  CHECK(JsonWriter().BeginArray().EndArray().Take() == "[]");
}

TEST_CASE("a writer that was taken from begins afresh", "[base][json]") {
  JsonWriter json;
  json.BeginArray().Integer(1).EndArray();
  CHECK(json.Take() == "[1]");
  CHECK(json.View().empty());
}

#ifndef NDEBUG
TEST_CASE("a debug build stops at text that would be no JSON", "[base][json]") {
  const auto misuses = [](void (*write)(JsonWriter&)) {
    return testing::Aborts([write] {
      JsonWriter json;
      write(json);
    });
  };
  CHECK(misuses([](JsonWriter& json) { json.BeginObject().Integer(1); }));
  CHECK(misuses([](JsonWriter& json) { json.BeginObject().Key("a").Key("b"); }));
  CHECK(misuses([](JsonWriter& json) { json.BeginObject().Key("a").EndObject(); }));
  CHECK(misuses([](JsonWriter& json) { json.BeginObject().EndArray(); }));
  CHECK(misuses([](JsonWriter& json) { json.BeginArray().Key("a"); }));
  CHECK(misuses([](JsonWriter& json) { json.EndObject(); }));
  CHECK(misuses([](JsonWriter& json) { json.Integer(1).Integer(2); }));
  CHECK(misuses([](JsonWriter& json) { json.Raw("{"); }));
  CHECK(misuses([](JsonWriter& json) { json.BeginArray().Take(); }));
  CHECK_FALSE(misuses([](JsonWriter& json) { json.BeginArray().EndArray().Take(); }));
}
#endif

TEST_CASE("numbers are written so that they read the same", "[base][json]") {
  for (const double value : {0.1, 1.0 / 3, 1e300, -5e-324, 123456789.125}) {
    const std::string text = JsonWriter().Number(value).Take();
    CHECK(Json::Parse(text)->AsNumber() == value);
  }
  CHECK(JsonWriter().Number(std::numeric_limits<double>::infinity()).Take() == "null");
  CHECK(JsonWriter().Number(std::numeric_limits<double>::quiet_NaN()).Take() == "null");
  CHECK(JsonWriter().Integer(std::numeric_limits<std::int64_t>::min()).Take() ==
        "-9223372036854775808");
}

TEST_CASE("strings are escaped as RFC 8259 wants", "[base][json]") {
  CHECK(Written("a\"b\\c/d") == R"("a\"b\\c/d")");
  CHECK(Written("\b\f\n\r\t\x01\x1f\x7f\0"s) == "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u0000\"");
  CHECK(Written("é日\U0001F600") == "\"é日\U0001F600\"");
}

TEST_CASE("bytes that are no UTF-8 become U+FFFD", "[base][json]") {
  CHECK(Written("a\xff"
                "b") == "\"a\uFFFDb\"");
  CHECK(Written("\xc3") == "\"\uFFFD\"");
  CHECK(Written("\xed\xa0\x80") == "\"\uFFFD\uFFFD\uFFFD\"");
}

TEST_CASE("the writer's strings are the canonical ones, and always readable", "[base][json]") {
  testing::SeededRandom random;
  for (int i = 0; i < 5000; ++i) {
    const std::string text = testing::Mutate("Zoë \"said\" \\ 日本\n\U0001F600", random, 6);
    const std::string written = Written(text);
    const Result<Json> read = Json::Parse(written);
    INFO(text);
    REQUIRE(read);
    CHECK(read->Dump() == written);
    if (IsStorableText(text)) CHECK(read->AsString() == text);
  }
}

}  // namespace heirloom
