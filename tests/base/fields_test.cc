#include "appliance/base/fields.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace heirloom {
namespace {

Json Body(std::string_view text) { return Json::Parse(text).value(); }

using Errors = std::vector<FieldError>;

constexpr TextRule kName{.min = 1, .max = 5, .single_line = true};

}  // namespace

TEST_CASE("good fields are read and nothing is complained of", "[base][fields]") {
  FieldReader in(Body(R"({"name":" Zoe\u0308\n ","note":"a\r\n  b","n":3,"kind":"b","x":null})"));
  CHECK(in.RequiredText("name", kName) == "Zoë");
  CHECK(in.Text("note", {.min = 0, .max = 10, .single_line = false}) == "a\r\n  b");
  CHECK(in.Integer("n", 1, 3) == 3);
  CHECK(in.OneOf("kind", {"a", "b"}) == "b");
  CHECK(in.Has("x"));
  CHECK(in.IsNull("x"));
  in.RefuseUnknown();
  CHECK(in.Check());
}

TEST_CASE("what may be left out is no mistake", "[base][fields]") {
  FieldReader in(Body("{}"));
  CHECK_FALSE(in.Text("a", kName));
  CHECK_FALSE(in.Integer("b", 0, 1));
  CHECK_FALSE(in.OneOf("c", {"x"}));
  CHECK_FALSE(in.Texts("d", 3, kName));
  CHECK_FALSE(in.Has("e"));
  CHECK_FALSE(in.IsNull("e"));
  CHECK(in.Check());
}

TEST_CASE("who sends many mistakes hears of each, in words and with its place", "[base][fields]") {
  FieldReader in(Body(R"({"short":" ","long":"abcdef","number":7,"nul":"a\u0000","n":9,"m":1.5,
                          "kind":"z","tags":["ok",3,""],"many":["1","2","3"],"what":1,"a/b~c":1})"));
  in.RequiredText("missing", kName);
  in.Text("short", kName);
  in.Text("long", kName);
  in.Text("number", kName);
  in.Text("nul", kName);
  in.Integer("n", 1, 5);
  in.Integer("m", 1, 5);
  in.OneOf("kind", {"draft", "published", "archived"});
  CHECK_FALSE(in.Texts("tags", 3, kName));
  CHECK_FALSE(in.Texts("many", 2, kName));
  in.RefuseUnknown();
  const Status status = in.Check();
  REQUIRE_FALSE(status);
  CHECK(status.error().code == ErrorCode::kInvalidArgument);
  CHECK(status.error().fields == Errors{{"/missing", "is required"},
                                        {"/short", "must have at least 1 character"},
                                        {"/long", "must have at most 5 characters"},
                                        {"/number", "must be a string"},
                                        {"/nul", "must not contain U+0000"},
                                        {"/n", "must be from 1 to 5"},
                                        {"/m", "must be a whole number"},
                                        {"/kind", "must be one of: draft, published, archived"},
                                        {"/tags/1", "must be a string"},
                                        {"/tags/2", "must have at least 1 character"},
                                        {"/many", "must have at most 2 items"},
                                        {"/a~1b~0c", "is not a known field"},
                                        {"/what", "is not a known field"}});
}

TEST_CASE("null is no text: clearing a field is asked for with IsNull", "[base][fields]") {
  FieldReader in(Body(R"({"a":null,"b":null})"));
  CHECK_FALSE(in.Text("a", kName));
  CHECK(in.RequiredText("b", kName).empty());
  CHECK(in.errors() == Errors{{"/a", "must be a string"}, {"/b", "must be a string"}});
}

TEST_CASE("lengths are counted in characters of the text as it is kept", "[base][fields]") {
  FieldReader in(Body(R"({"a":"   日本のも の   ","b":"e\u0308e\u0308e\u0308e\u0308e\u0308"})"));
  CHECK_FALSE(in.Text("a", kName));
  CHECK(in.Text("b", kName) == "ëëëëë");
}

TEST_CASE("repeated texts are dropped, whatever their spelling, and order stays",
          "[base][fields]") {
  FieldReader in(Body(R"({"tags":["War","baking"," WAR ","War"]})"));
  CHECK_FALSE(in.Texts("tags", 4, kName));  // "baking" is too long.
  FieldReader wide(Body(R"({"tags":["War","baking"," WAR ","Zoë","ZOE\u0308"]})"));
  CHECK(wide.Texts("tags", 5, {.min = 1, .max = 30}) ==
        std::vector<std::string>{"War", "baking", "Zoë"});
}

TEST_CASE("what is no object has that one mistake", "[base][fields]") {
  FieldReader in(Body("[1]"), "/story");
  CHECK(in.RequiredText("title", kName).empty());
  CHECK_FALSE(in.Text("note", kName));
  in.RefuseUnknown();
  CHECK(in.errors() == Errors{{"/story", "must be an object"}});
}

TEST_CASE("pointers begin where the object stands", "[base][fields]") {
  FieldReader in(Body("{}"), "/members/0");
  in.Add("role", "is not yours to give");
  in.AddAll({{"/elsewhere", "is wrong"}});
  CHECK(in.PointerTo("x/y") == "/members/0/x~1y");
  CHECK(in.errors() ==
        Errors{{"/members/0/role", "is not yours to give"}, {"/elsewhere", "is wrong"}});
}

TEST_CASE("one body does not make more than a hundred complaints", "[base][fields]") {
  JsonWriter body;
  body.BeginObject().Key("tags").BeginArray();
  for (int i = 0; i < 500; ++i) body.Integer(i);
  body.EndArray();
  for (int i = 0; i < 500; ++i) body.Member("k" + std::to_string(i), "v");
  body.EndObject();
  FieldReader in(Body(body.Take()));
  CHECK_FALSE(in.Texts("tags", 500, kName));
  in.RefuseUnknown();
  CHECK(in.errors().size() == 100);
}

}  // namespace heirloom
