#include "appliance/base/json.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <vector>

#include "tests/support/aborts.h"
#include "tests/support/mutate.h"

namespace heirloom {
namespace {

using namespace std::string_literals;

ErrorCode CodeOf(std::string_view text, const JsonLimits& limits = {}) {
  const Result<Json> parsed = Json::Parse(text, limits);
  return parsed ? ErrorCode::kInternal : parsed.error().code;
}

std::string MessageOf(std::string_view text, const JsonLimits& limits = {}) {
  const Result<Json> parsed = Json::Parse(text, limits);
  return parsed ? "fine" : parsed.error().message;
}

std::string Nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("JSON is read with the kinds it has", "[base][json]") {
  const Json json =
      Json::Parse(R"({"a":null,"b":true,"c":-7,"d":1.5,"e":"x","f":[1,[2]],"g":{"h":{}}})").value();
  CHECK(json.IsObject());
  CHECK(json.Size() == 7);
  CHECK(json.Keys() == std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g"});
  CHECK(json.Get("a").kind() == Json::Kind::kNull);
  CHECK(json.Get("b").AsBool());
  CHECK(json.Get("c").AsInteger() == -7);
  CHECK(json.Get("c").AsNumber() == -7.0);
  CHECK(json.Get("d").AsNumber() == 1.5);
  CHECK(json.Get("e").AsString() == "x");
  CHECK(json.Get("f").At(1).At(0).AsInteger() == 2);
  CHECK(json.Get("g").Get("h").IsObject());
}

TEST_CASE("what is not there is absent, however one asks", "[base][json]") {
  const Json json = Json::Parse(R"({"list":[1],"text":"x"})").value();
  CHECK_FALSE(Json());
  CHECK_FALSE(json.Get("missing"));
  CHECK_FALSE(json.At(0));
  CHECK_FALSE(json.Get("list").At(1));
  CHECK_FALSE(json.Get("list").Get("x"));
  CHECK_FALSE(json.Get("text").At(0));
  CHECK_FALSE(json.Get("missing").Get("deeper").At(3));
  CHECK(json.Get("text").Size() == 0);
  CHECK(json.Get("text").Keys().empty());
  CHECK(json.Get("missing").Dump().empty());
}

TEST_CASE("asking a value for another kind than it is ends the process", "[base][json]") {
  const Json json = Json::Parse(R"({"n":1.5})").value();
  CHECK(testing::Aborts([&] { (void)json.AsString(); }));
  CHECK(testing::Aborts([&] { (void)json.Get("n").AsInteger(); }));
  CHECK(testing::Aborts([&] { (void)json.Get("missing").AsBool(); }));
  CHECK_FALSE(testing::Aborts([&] { (void)json.Get("n").AsNumber(); }));
}

TEST_CASE("a part keeps the whole alive", "[base][json]") {
  Json part;
  {
    const Json whole =
        Json::Parse(R"({"deep":{"text":"long enough to stand on the heap"}})").value();
    part = whole.Get("deep").Get("text");
  }
  CHECK(part.AsString() == "long enough to stand on the heap");
}

TEST_CASE("numbers beyond 64 bits are read as doubles, beyond doubles refused", "[base][json]") {
  CHECK(Json::Parse("9223372036854775807")->AsInteger() ==
        std::numeric_limits<std::int64_t>::max());
  CHECK(Json::Parse("-9223372036854775808")->AsInteger() ==
        std::numeric_limits<std::int64_t>::min());
  for (const char* big : {"9223372036854775808", "18446744073709551616", "-9223372036854775809"}) {
    INFO(big);
    CHECK(Json::Parse(big)->kind() == Json::Kind::kNumber);
    CHECK(std::abs(Json::Parse(big)->AsNumber()) >= 9.2e18);
  }
  CHECK(MessageOf("[1e999]") == "cannot be read: a number out of range at byte 6");
}

TEST_CASE("what RFC 8259 does not allow is refused", "[base][json]") {
  for (const std::string& text : {""s,
                                  " "s,
                                  "{"s,
                                  "[1,]"s,
                                  "{\"a\":1,}"s,
                                  "{a:1}"s,
                                  "'a'"s,
                                  "nul"s,
                                  "NaN"s,
                                  "-Infinity"s,
                                  "01"s,
                                  "+1"s,
                                  ".5"s,
                                  "1."s,
                                  "0x1"s,
                                  "1 2"s,
                                  "[] []"s,
                                  "// c\n1"s,
                                  "\"a\nb\""s,
                                  "\"\\x\""s,
                                  "\"\\u12\""s,
                                  "\"\\ud800\""s,
                                  "\"\\udc00\\ud800\""s,
                                  "\"\xff\""s,
                                  "\"\xc0\xaf\""s,
                                  "\"\xed\xa0\x80\""s,
                                  "1\0"s,
                                  "[1]\0garbage"s}) {
    INFO(text);
    CHECK(CodeOf(text) == ErrorCode::kMalformed);
  }
}

TEST_CASE("the error says where reading ended and repeats nothing of the text", "[base][json]") {
  CHECK(MessageOf(R"({"secret": tru})") == "cannot be read: not JSON at byte 15");
}

TEST_CASE("a repeated key is refused at any depth", "[base][json]") {
  CHECK(MessageOf(R"({"a":1,"b":{"x":1,"x":2}})") == "cannot be read: the key \"x\" is repeated");
  // The same key in another spelling.
  CHECK(CodeOf(R"({"a":1,"\u0061":2})") == ErrorCode::kMalformed);
  CHECK(Json::Parse(R"([{"a":1},{"a":2}])"));
}

TEST_CASE("depth and length are limited before memory is spent", "[base][json]") {
  CHECK(Json::Parse(Nested(64)));
  CHECK(MessageOf(Nested(65)) == "cannot be read: nested deeper than 64 levels");
  CHECK(CodeOf(std::string(1 << 20, '[')) == ErrorCode::kMalformed);
  CHECK(Json::Parse("[1,2]", {.max_bytes = 5, .max_depth = 1}));
  CHECK(CodeOf("[1,23]", {.max_bytes = 5, .max_depth = 1}) == ErrorCode::kMalformed);
  CHECK(Json::Parse("[[1],[2],{}]", {.max_bytes = 99, .max_depth = 2}));  // Wide is not deep.
  CHECK(CodeOf("[[1],[2],{\"a\":[]}]", {.max_bytes = 99, .max_depth = 2}) == ErrorCode::kMalformed);
}

TEST_CASE("many small values are limited, since each takes more memory than text", "[base][json]") {
  const auto many = [](std::size_t count) {
    std::string text = "[";
    for (std::size_t i = 1; i < count; ++i) text += "1,";
    return text.replace(text.size() - 1, 1, "]");
  };
  CHECK(Json::Parse(many(500'000)));
  CHECK(MessageOf(many(500'001)) == "cannot be read: more than 500000 values");
}

TEST_CASE("a message shows no more of a key than a person reads", "[base][json]") {
  const std::string key(100'000, 'k');
  CHECK(MessageOf("{\"" + key + "\":1,\"" + key + "\":2}").size() < 200);
}

TEST_CASE("U+0000 in a string can be read: refusing it is the field's matter", "[base][json]") {
  CHECK(Json::Parse(R"("a\u0000b")")->AsString() == "a\0b"s);
}

TEST_CASE("equal values give equal canonical text", "[base][json]") {
  const std::string canonical = R"({"B":"é\n","a":[1,2.5,null],"é":{}})";
  CHECK(Json::Parse(canonical)->Dump() == canonical);
  CHECK(Json::Parse(" { \"\\u00e9\":{ } ,\"a\" :[1, 2.50,null],\n\"B\":\"\\u00e9\\u000a\"}")
            ->Dump() == canonical);
  CHECK(Json::Parse(canonical)->Get("a").Dump() == "[1,2.5,null]");
}

TEST_CASE("no text upsets the parser, and what it read it reads again", "[base][json]") {
  const std::vector<std::string> seeds = {
      R"({"title":"A","content":{"type":"doc","content":[{"type":"text","text":"é\ud83d\ude00"}]}})",
      R"([1,-2,3.5e-7,1e308,true,false,null,"\"\\\/\b\f\n\r\t",[],{}])",
      R"({"":{"a":{"b":[[[]]]}}})"};
  testing::SeededRandom random;
  int read = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = testing::Mutate(seeds[random.Below(seeds.size())], random);
    const Result<Json> parsed = Json::Parse(text);
    if (!parsed) {
      CHECK(parsed.error().code == ErrorCode::kMalformed);
      continue;
    }
    ++read;
    const std::string canonical = parsed->Dump();
    const Result<Json> again = Json::Parse(canonical);
    INFO(text);
    REQUIRE(again);
    CHECK(again->Dump() == canonical);
  }
  CHECK(read > 100);  // Else the mutations test the refusal alone.
}

}  // namespace heirloom
