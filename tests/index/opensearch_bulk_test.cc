#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "index/opensearch/bulk.h"
#include "index/opensearch/connection.h"
#include "tests/support/scripted_client.h"

namespace heirloom::opensearch {
namespace {

using testing::NotedPauses;
using testing::ScriptedClient;

HttpResponse Says(int status, std::string body) { return {status, {}, std::move(body)}; }

// What `_bulk` answers for items with these statuses.
HttpResponse Items(const std::vector<int>& statuses) {
  std::string items;
  for (const int status : statuses) {
    items += (items.empty() ? "" : ",") + std::string(R"({"index":{"status":)") +
             std::to_string(status) +
             (status == 400 ? R"(,"error":{"type":"mapper_parsing_exception"}}})" : "}}");
  }
  return Says(200, R"({"errors":true,"items":[)" + items + "]}");
}

Bulk Three() {
  Bulk bulk;
  bulk.Put("one", 1, R"({"n":1})");
  bulk.Put("two", 2, R"({"n":2})");
  bulk.Put("three", 3, R"({"n":3})");
  return bulk;
}

TEST_CASE("of a bulk that failed in part only what there was no room for is sent again",
          "[index]") {
  std::vector<HttpResponse> answers = {Items({201, 429, 409}), Items({200})};
  std::size_t next = 0;
  ScriptedClient client([&](const HttpRequest&) { return answers.at(next++); });
  NotedPauses pauses;
  REQUIRE(Three().Send(Connection(client, "http://search"), "stories.write", pauses));
  REQUIRE(client.requests.size() == 2);
  CHECK(client.requests[0].url.starts_with("http://search/stories.write/_bulk?require_alias=true"));
  CHECK(client.requests[1].body.find("one") == std::string::npos);
  CHECK(client.requests[1].body.find("two") != std::string::npos);
  CHECK(client.requests[1].body.find("three") == std::string::npos);
  CHECK(client.requests[1].body.ends_with("\n"));
  CHECK(pauses.waited.size() == 1);
}

TEST_CASE("a bulk for which there is no room for long says when to try again", "[index]") {
  ScriptedClient client([](const HttpRequest& request) {
    const bool all = request.body.find("one") != std::string::npos;
    return all ? Items({201, 429, 503}) : Items({429, 503});
  });
  NotedPauses pauses;
  const Status sent = Three().Send(Connection(client, "http://search"), "s", pauses);
  REQUIRE(!sent);
  CHECK(sent.error().code == ErrorCode::kUnavailable);
  CHECK(sent.error().retry_after_seconds > 0);
  CHECK(client.requests.size() == 4);
}

TEST_CASE("a document that cannot be read is a bug, told without its words", "[index]") {
  ScriptedClient client([](const HttpRequest&) { return Items({201, 400, 201}); });
  NotedPauses pauses;
  const Status sent = Three().Send(Connection(client, "http://search"), "s", pauses);
  REQUIRE(!sent);
  CHECK(sent.error().code == ErrorCode::kInternal);
  CHECK(sent.error().message.find("mapper_parsing_exception") != std::string::npos);
}

TEST_CASE("an answer that tells of fewer lines than were sent is no success", "[index]") {
  ScriptedClient client([](const HttpRequest&) { return Items({201, 201}); });
  NotedPauses pauses;
  const Status sent = Three().Send(Connection(client, "http://search"), "s", pauses);
  REQUIRE(!sent);
  CHECK(sent.error().code == ErrorCode::kUnavailable);
}

TEST_CASE("a query is sent as a signature has it", "[index]") {
  std::string sent;
  ScriptedClient client([&](const HttpRequest& request) {
    sent = request.url;
    return Says(200, "{}");
  });
  REQUIRE(Connection(client, "http://search")
              .Get({"GET", "/x-*/_search?filter_path=a,b.*.c&d=1", "", std::chrono::seconds(1)}));
  CHECK(sent == "http://search/x-*/_search?filter_path=a%2Cb.%2A.c&d=1");
}

TEST_CASE("answers that are none are told from each other", "[index]") {
  std::optional<HttpResponse> answer;
  ScriptedClient client([&](const HttpRequest&) { return *answer; });
  const Connection connection(client, "http://search");
  const auto ask = [&](int status, std::string body) {
    answer = Says(status, std::move(body));
    return connection.Get({"GET", "/x", "", std::chrono::seconds(1)}).error();
  };
  CHECK(ask(401, "").code == ErrorCode::kUnavailable);
  CHECK(ask(401, "").message.find("our credentials") != std::string::npos);
  CHECK(ask(401, "").message.find("index.search_token_file") != std::string::npos);
  CHECK(ask(403, "").code == ErrorCode::kUnavailable);
  CHECK(ask(403, R"({"error":{"type":"security_exception"}})").message.find("do that (security_") !=
        std::string::npos);
  CHECK(ask(429, "{}").retry_after_seconds > 0);
  CHECK(ask(503, "<html>").code == ErrorCode::kUnavailable);
  CHECK(ask(404, R"({"error":{"type":"index_not_found_exception"}})").code == ErrorCode::kNotFound);
  CHECK(ask(400, R"({"error":{"type":"parsing_exception","reason":"secret"}})").message ==
        "OpenSearch answered 400 (parsing_exception)");
  CHECK(ask(200, "<html>").code == ErrorCode::kUnavailable);
  CHECK(ask(200, R"({"cut":)").code == ErrorCode::kUnavailable);
}

TEST_CASE("a request without time left is not sent", "[index]") {
  ScriptedClient client([](const HttpRequest&) { return Says(200, "{}"); });
  const auto answer =
      Connection(client, "http://search").Get({"GET", "/", "", std::chrono::milliseconds(0)});
  REQUIRE(!answer);
  CHECK(answer.error().code == ErrorCode::kUnavailable);
  CHECK(client.requests.empty());
}

TEST_CASE("what answers is looked at before it is taken for a search server", "[index]") {
  std::string body;
  ScriptedClient client([&](const HttpRequest&) { return Says(200, body); });
  const Connection connection(client, "http://search");
  const auto ping = [&](std::string says) {
    body = std::move(says);
    return connection.Ping(std::chrono::seconds(1)).has_value();
  };
  CHECK(ping(R"({"version":{"distribution":"opensearch","number":"2.19.1"}})"));
  CHECK_FALSE(ping(R"({"version":{"distribution":"opensearch","number":"1.3.0"}})"));
  CHECK_FALSE(ping(R"({"version":{"number":"8.1.0"}})"));
  CHECK_FALSE(ping(R"([])"));
}

}  // namespace
}  // namespace heirloom::opensearch
