#include "appliance/http/message.h"

#include <catch2/catch.hpp>

namespace heirloom::http {
namespace {

Request WithHeader(std::string name, std::string value) {
  Request request;
  request.headers.push_back({std::move(name), std::move(value)});
  return request;
}

TEST_CASE("a header is found in any case", "[http][message]") {
  const Request request = WithHeader("X-Thing", "value");
  CHECK(request.GetHeader("x-thing") == "value");
  CHECK_FALSE(request.GetHeader("x-thin"));
}

TEST_CASE("a cookie is found among others, in any header field", "[http][message]") {
  Request request = WithHeader("Cookie", "a=1; session=x=y==; b");
  request.headers.push_back({"cookie", "quoted=\"q\"; empty="});
  CHECK(request.GetCookie("a") == "1");
  CHECK(request.GetCookie("session") == "x=y==");
  CHECK(request.GetCookie("quoted") == "q");
  CHECK(request.GetCookie("empty") == "");
  CHECK_FALSE(request.GetCookie("b"));
  CHECK_FALSE(request.GetCookie("ession"));
  CHECK_FALSE(request.GetCookie("Session"));
}

TEST_CASE("If-Match gives the version, or any for a star", "[http][message]") {
  CHECK(ReadIfMatch(WithHeader("If-Match", "\"v12\"")).value() == 12);
  CHECK(ReadIfMatch(WithHeader("if-match", ETagOf(7))).value() == 7);
  CHECK_FALSE(ReadIfMatch(WithHeader("If-Match", "*")).value());
}

TEST_CASE("If-Match that is missing, weak or not ours is told apart", "[http][message]") {
  const auto code = [](const Request& request) { return ReadIfMatch(request).error().code; };
  CHECK(code(Request()) == ErrorCode::kPreconditionRequired);
  CHECK(code(WithHeader("If-Match", "W/\"v12\"")) == ErrorCode::kPreconditionFailed);
  for (const char* bad : {"", "v12", "\"12\"", "\"v\"", "\"v1", "\"v1x\"", "\"v-1\"", "w/\"v1\"",
                          "\"v1\", \"v2\"", "\"v9999999999999999999\""}) {
    INFO(bad);
    const Result<std::optional<std::int64_t>> read = ReadIfMatch(WithHeader("If-Match", bad));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::kInvalidArgument);
    CHECK(read.error().fields.at(0).pointer == "If-Match");
  }
  Request twice = WithHeader("If-Match", "\"v1\"");
  twice.headers.push_back({"If-Match", "\"v2\""});
  CHECK(code(twice) == ErrorCode::kInvalidArgument);
}

TEST_CASE("a body is read as JSON only when it says it is", "[http][message]") {
  const auto read = [](std::string type, std::string body) {
    Request request = WithHeader("Content-Type", std::move(type));
    request.body = std::move(body);
    return ReadJson(request);
  };
  CHECK(read("application/json", "{}")->IsObject());
  CHECK(read("Application/JSON ; charset=utf-8", "{}")->IsObject());
  CHECK(read("application/merge-patch+json", "{}")->IsObject());
  for (const char* type : {"text/plain", "", "application/jsonx", "+json", "text/json"}) {
    INFO(type);
    CHECK(read(type, "{}").error().code == ErrorCode::kUnsupportedMediaType);
  }
  CHECK(ReadJson(Request()).error().code == ErrorCode::kUnsupportedMediaType);
  CHECK(read("application/json", "{").error().code == ErrorCode::kMalformed);
  CHECK(read("application/json", "").error().code == ErrorCode::kMalformed);

  Request packed = WithHeader("Content-Type", "application/json");
  packed.headers.push_back({"Content-Encoding", "gzip"});
  CHECK(ReadJson(packed).error().code == ErrorCode::kUnsupportedMediaType);
}

TEST_CASE("a response header is replaced or put beside its like", "[http][message]") {
  Response response;
  response.Set("ETag", "a").Set("etag", "b").Add("Set-Cookie", "x").Add("Set-Cookie", "y");
  REQUIRE(response.headers.size() == 3);
  CHECK(response.headers[0].value == "b");
}

Request WithQuery(std::vector<std::pair<std::string, std::string>> query) {
  Request request;
  request.query = std::move(query);
  return request;
}

std::vector<FieldError> ErrorsOf(const QueryReader& reader) {
  const Status status = reader.Check();
  return status ? std::vector<FieldError>() : status.error().fields;
}

TEST_CASE("query parameters of every kind are read", "[http][query]") {
  const Request request = WithQuery({{"q", "two words"},
                                     {"limit", "-5"},
                                     {"id", "0195a1b2-0000-7000-8000-000000000001"},
                                     {"mode", "b"},
                                     {"tag", "x"},
                                     {"tag", "y"},
                                     {"empty", ""}});
  QueryReader query(request);
  CHECK(query.Text("q", 9) == "two words");
  CHECK(query.Integer("limit", -10, 10, 3) == -5);
  CHECK(query.AnId("id"));
  CHECK(query.OneOf("mode", {"a", "b"}) == "b");
  CHECK(query.Texts("tag", 2, 10) == std::vector<std::string>{"x", "y"});
  CHECK_FALSE(query.Text("empty", 9));
  CHECK_FALSE(query.Text("absent", 9));
  CHECK(query.Integer("absent", 0, 9, 3) == 3);
  query.RefuseUnknown();
  CHECK(query.Check());
}

TEST_CASE("all that is wrong with a query is told at once", "[http][query]") {
  const Request request = WithQuery({{"q", "äöüß"},
                                     {"twice", "1"},
                                     {"twice", "2"},
                                     {"n", "11"},
                                     {"m", "1e3"},
                                     {"none", ""},
                                     {"id", "nope"},
                                     {"mode", "c"},
                                     {"typo", "1"}});
  QueryReader query(request);
  query.Text("q", 3);
  query.Text("twice", 9);
  query.Integer("n", 0, 10, 0);
  query.Integer("m", 0, 10, 0);
  CHECK(query.Integer("none", 0, 10, 7) == 7);
  query.AnId("id");
  query.OneOf("mode", {"a", "b"});
  query.RefuseUnknown();
  std::vector<std::string> pointers;
  for (const FieldError& error : ErrorsOf(query)) pointers.push_back(error.pointer);
  CHECK(pointers ==
        std::vector<std::string>{"?q", "?twice", "?n", "?m", "?none", "?id", "?mode", "?typo"});
}

TEST_CASE("a flood of unknown parameters gives a bounded answer", "[http][query]") {
  std::vector<std::pair<std::string, std::string>> many;
  for (int i = 0; i < 3000; ++i) many.emplace_back("p" + std::to_string(i), "");
  const Request request = WithQuery(many);
  QueryReader query(request);
  query.RefuseUnknown();
  CHECK(ErrorsOf(query).size() == 20);
}

PageRequest PageOf(const Request& request, std::size_t parts, std::vector<FieldError>& errors) {
  QueryReader query(request);
  PageRequest page = ReadPage(query, parts);
  query.RefuseUnknown();
  errors = ErrorsOf(query);
  return page;
}

TEST_CASE("a cursor brings back what it was made of", "[http][page]") {
  const std::vector<std::string> parts = {"Ä \"title\"", "0195a1b2", ""};
  std::vector<FieldError> errors;
  const PageRequest page =
      PageOf(WithQuery({{"cursor", MakeCursor(parts)}, {"limit", "7"}}), 3, errors);
  CHECK(errors.empty());
  CHECK(page.after == parts);
  CHECK(page.limit == 7);
  CHECK(PageOf(Request(), 3, errors).after.empty());
  CHECK(PageOf(Request(), 3, errors).limit == 30);
}

TEST_CASE("a cursor that we did not make is an error at ?cursor", "[http][page]") {
  const std::string good = MakeCursor({"a", "b"});
  const std::string no_array = "eyJhIjoxfQ";  // {"a":1}
  const std::string no_strings = "WzEsMl0";   // [1,2]
  for (const std::string& bad :
       {good.substr(1), good + "A", good + "=", no_array, no_strings, MakeCursor({"a"}),
        MakeCursor({"a", "b", "c"}), MakeCursor({"a", std::string(1, '\0')}), std::string("!"),
        std::string(5000, 'A')}) {
    INFO(bad);
    std::vector<FieldError> errors;
    const PageRequest page = PageOf(WithQuery({{"cursor", bad}}), 2, errors);
    CHECK(page.after.empty());
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].pointer == "?cursor");
  }
}

TEST_CASE("a page has from 1 to 100 items", "[http][page]") {
  for (const char* bad : {"0", "101", "-1", "x", "1.5", "99999999999999999999"}) {
    std::vector<FieldError> errors;
    PageOf(WithQuery({{"limit", bad}}), 1, errors);
    INFO(bad);
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].pointer == "?limit");
  }
}

}  // namespace
}  // namespace heirloom::http
