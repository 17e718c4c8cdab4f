// How an answer is put together: problems, heads, event frames.
#include <catch2/catch.hpp>

#include "appliance/http/answer_writer.h"
#include "appliance/http/problem.h"
#include "appliance/http/sse.h"
#include "tests/support/manual_clock.h"

namespace heirloom::http {
namespace {

Request Asked() {
  Request request;
  request.request_id = "0195a1b2-0000-7000-8000-000000000001";
  return request;
}

TEST_CASE("every error has a status and a problem of its own", "[http][problem]") {
  const std::vector<std::pair<ErrorCode, int>> statuses = {{ErrorCode::kMalformed, 400},
                                                           {ErrorCode::kInvalidArgument, 422},
                                                           {ErrorCode::kUnauthenticated, 401},
                                                           {ErrorCode::kForbidden, 403},
                                                           {ErrorCode::kNotFound, 404},
                                                           {ErrorCode::kConflict, 409},
                                                           {ErrorCode::kPreconditionFailed, 412},
                                                           {ErrorCode::kPreconditionRequired, 428},
                                                           {ErrorCode::kTooLarge, 413},
                                                           {ErrorCode::kUnsupportedMediaType, 415},
                                                           {ErrorCode::kLimitExceeded, 429},
                                                           {ErrorCode::kUnavailable, 503},
                                                           {ErrorCode::kInternal, 500}};
  std::vector<std::string> types;
  for (const auto& [code, status] : statuses) {
    const Response response = Problem(Asked(), Error{code, "because", {}});
    CHECK(response.status == status);
    const Json problem = Json::Parse(response.body).value();
    CHECK(problem.Get("status").AsInteger() == status);
    CHECK(problem.Get("request_id").AsString() == Asked().request_id);
    CHECK_FALSE(problem.Get("title").AsString().empty());
    types.emplace_back(problem.Get("type").AsString());
  }
  std::sort(types.begin(), types.end());
  CHECK(std::adjacent_find(types.begin(), types.end()) == types.end());
}

TEST_CASE("what went wrong inside is not told to visitors", "[http][problem]") {
  for (const ErrorCode code : {ErrorCode::kInternal, ErrorCode::kUnavailable}) {
    const Response response = Problem(Asked(), Error{code, "disk /srv/x", {{"/secret", "field"}}});
    CHECK_THAT(response.body, !Catch::Contains("srv") && !Catch::Contains("secret"));
  }
}

TEST_CASE("who is to come back later is told when", "[http][problem]") {
  const auto retry_after = [](const Error& error) {
    const Response response = Problem(Asked(), error);
    for (const Header& header : response.headers) {
      if (header.name == "Retry-After") return header.value;
    }
    return std::string();
  };
  CHECK(retry_after(FailForNow(ErrorCode::kLimitExceeded, "Wait.", 7).value()) == "7");
  CHECK(retry_after(FailForNow(ErrorCode::kUnavailable, "busy", 90).value()) == "90");
  CHECK_FALSE(retry_after({ErrorCode::kLimitExceeded, "Wait.", {}}).empty());
  CHECK_FALSE(retry_after({ErrorCode::kUnavailable, "busy", {}}).empty());
  CHECK(retry_after({ErrorCode::kConflict, "no", {}}).empty());
}

TEST_CASE("fields that are wrong are listed with their pointers", "[http][problem]") {
  const Error error{ErrorCode::kInvalidArgument, "two", {{"/title", "is missing"}, {"?q", "x"}}};
  const Json problem = Json::Parse(Problem(Asked(), error).body).value();
  REQUIRE(problem.Get("errors").Size() == 2);
  CHECK(problem.Get("errors").At(0).Get("pointer").AsString() == "/title");
  CHECK(problem.Get("errors").At(0).Get("message").AsString() == "is missing");
}

TEST_CASE("a problem does not grow with what was sent", "[http][problem]") {
  Error error{ErrorCode::kInvalidArgument, std::string(1u << 20, 'd'), {}};
  for (int i = 0; i < 1000; ++i) {
    error.fields.push_back({"/" + std::string(10'000, 'k'), std::string(10'000, 'm')});
  }
  const Response response = Problem(Asked(), error);
  CHECK(response.body.size() < 200'000);
  CHECK(Json::Parse(response.body).value().Get("errors").Size() == 100);
}

std::string HeadOf(Response response, bool head_only, bool close) {
  const AnswerWriter writer;
  return writer.Write(std::move(response), {head_only, close, testing::ManualClock::kStart, {}})
      .head();
}

TEST_CASE("a head has its length, its date and what the handler set", "[http][answer]") {
  Response response = Response::Json(201, "{}");
  response.Set("ETag", "\"v1\"").Add("Set-Cookie", "a=1").Add("Set-Cookie", "b=2");
  const std::string head = HeadOf(std::move(response), false, false);
  CHECK(head ==
        "HTTP/1.1 201 Created\r\n"
        "Content-Length: 2\r\n"
        "Content-Type: application/json\r\n"
        "Date: Sat, 31 Jan 2026 08:15:00 GMT\r\n"
        "ETag: \"v1\"\r\n"
        "Set-Cookie: a=1\r\n"
        "Set-Cookie: b=2\r\n\r\n");
}

TEST_CASE("a date is written as HTTP wants it", "[http][answer]") {
  CHECK(HttpDate({0}) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(HttpDate({784'111'777'999'999}) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(HttpDate({951'782'400'000'000}) == "Tue, 29 Feb 2000 00:00:00 GMT");
  CHECK(HttpDate({4'102'444'799'000'000}) == "Thu, 31 Dec 2099 23:59:59 GMT");
}

TEST_CASE("framing is the writer's, whatever a handler sets", "[http][answer]") {
  Response response = Response::Json(200, "{}");
  response.Set("content-length", "99").Set("Transfer-Encoding", "chunked");
  response.Set("Connection", "upgrade").Set("Broken Name", "x").Set("X", "a\r\nY: b");
  const std::string head = HeadOf(std::move(response), false, true);
  CHECK(head ==
        "HTTP/1.1 200 OK\r\n"
        "Connection: close\r\n"
        "Content-Length: 2\r\n"
        "Content-Type: application/json\r\n"
        "Date: Sat, 31 Jan 2026 08:15:00 GMT\r\n"
        "X: a  Y: b\r\n\r\n");
}

TEST_CASE("a shared body is sent from where it is", "[http][answer]") {
  const AnswerWriter writer;
  const auto body = std::make_shared<const std::string>("shared");
  Response response;
  response.shared_body = body;
  const Outgoing out = writer.Write(response, {});
  response = Response();
  CHECK(body.use_count() == 2);
  CHECK(out.size() == out.head().size() + 6);
  CHECK(out.HeldBytes() == out.head().size());
}

TEST_CASE("an event's data may have several lines", "[http][sse]") {
  CHECK(EventFrame("7", "said", "one") == "id: 7\nevent: said\ndata: one\n\n");
  CHECK(EventFrame("", "", "a\nb\r\nc\rd\n") == "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
  CHECK(EventFrame("7\ndata: x", "e\r\nid: 1", "") == "id: 7\nevent: e\ndata: \n\n");
}

TEST_CASE("a stream without connection takes what it is sent", "[http][sse]") {
  const auto stream = NewEventStream();
  stream->Send("data: x\n\n");
  CHECK(stream->open());
  stream->Send(std::string(100'000, 'x'));  // More than may ever be queued.
  CHECK_FALSE(stream->open());
  stream->Send("data: y\n\n");
}

}  // namespace
}  // namespace heirloom::http
