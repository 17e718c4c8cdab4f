#include <catch2/catch.hpp>
#include <deque>

#include "storage/remote/retry.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scripted_client.h"
#include "tests/support/seeded_random.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;
using testing::NotedPauses;
using testing::ScriptedClient;

HttpResponse Status(int status, std::vector<HttpHeader> headers = {}) {
  return {status, std::move(headers), ""};
}

Result<HttpResponse> NoAnswer() { return Fail(ErrorCode::kUnavailable, "nobody answers"); }

// Answers in order, the last one for ever; and all that a sender needs.
struct World {
  explicit World(std::deque<Result<HttpResponse>> answers)
      : client([answers = std::move(answers)](const HttpRequest&) mutable {
          Result<HttpResponse> answer = answers.front();
          if (answers.size() > 1) answers.pop_front();
          return answer;
        }) {}

  Result<HttpResponse> Send(const RetryPolicy& policy = {}) {
    return sender.Send(HttpRequest{}, policy);
  }

  ScriptedClient client;
  NotedPauses pauses;
  testing::ManualClock clock;
  testing::SeededRandom random;
  RetryingSender sender{client, pauses, clock, random};
};

TEST_CASE("what may pass is tried again until it has passed") {
  World world({NoAnswer(), Status(503), Status(429), Status(200)});
  CHECK(world.Send().value().status == 200);
  CHECK(world.client.requests.size() == 4);
  CHECK(world.pauses.waited.size() == 3);
}

TEST_CASE("what will not pass comes back at once") {
  for (const int status : {200, 301, 400, 401, 403, 404, 409, 422, 500, 501}) {
    World world({Status(status)});
    CHECK(world.Send().value().status == status);
    CHECK(world.client.requests.size() == 1);
  }
  for (const ErrorCode code :
       {ErrorCode::kInvalidArgument, ErrorCode::kForbidden, ErrorCode::kTooLarge}) {
    World world({Fail(code, "no")});
    CHECK(world.Send().error().code == code);
    CHECK(world.client.requests.size() == 1);
  }
}

TEST_CASE("after the last try the last answer counts") {
  World world({NoAnswer(), NoAnswer(), NoAnswer(), NoAnswer(), Status(503)});
  CHECK(world.Send().value().status == 503);
  CHECK(world.client.requests.size() == 5);
  CHECK(world.pauses.waited.size() == 4);
}

TEST_CASE("pauses double up to their limit and are drawn from the upper half") {
  World world({NoAnswer()});
  const RetryPolicy policy{.max_tries = 8};
  REQUIRE_FALSE(world.Send(policy));
  const std::vector<int> whole = {1000, 2000, 4000, 8000, 8000, 8000, 8000};
  REQUIRE(world.pauses.waited.size() == whole.size());
  bool any_jitter = false;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    CHECK(world.pauses.waited[i] >= milliseconds(whole[i] / 2));
    CHECK(world.pauses.waited[i] <= milliseconds(whole[i]));
    any_jitter = any_jitter || world.pauses.waited[i] != milliseconds(whole[i]);
  }
  CHECK(any_jitter);
}

TEST_CASE("Retry-After is honoured, as seconds and as a date") {
  World seconds({Status(503, {{"Retry-After", "12"}}), Status(200)});
  CHECK(seconds.Send().value().status == 200);
  CHECK(seconds.pauses.waited.at(0) >= milliseconds(12'000));
  CHECK(seconds.pauses.waited.at(0) <= milliseconds(12'250));
  // The clock stands at 2026-01-31 08:15:00.
  World date({Status(429, {{"Retry-After", "Sat, 31 Jan 2026 08:15:20 GMT"}}), Status(200)});
  CHECK(date.Send().value().status == 200);
  CHECK(date.pauses.waited.at(0) >= milliseconds(20'000));
  CHECK(date.pauses.waited.at(0) <= milliseconds(20'250));
}

TEST_CASE("a Retry-After that makes no sense does not change the pause") {
  for (const std::string value : {"soon", "-5", "99999999999999999999", ""}) {
    World world({Status(503, {{"Retry-After", value}}), Status(200)});
    INFO(value);
    CHECK(world.Send().value().status == 200);
    CHECK(world.pauses.waited.at(0) <= milliseconds(1000));
  }
}

TEST_CASE("a server that wants to be left alone for long is left alone") {
  World world({Status(503, {{"Retry-After", "31"}}), Status(200)});
  CHECK(world.Send().value().status == 503);
  CHECK(world.client.requests.size() == 1);
  CHECK(world.pauses.waited.empty());
}

TEST_CASE("each retry is told of, with its reason") {
  World world({NoAnswer(), Status(503), Status(200)});
  std::vector<std::string> told;
  world.sender.OnRetry([&](const RetryingSender::Retry& retry) {
    told.push_back(std::to_string(retry.next_try) + " " + retry.reason);
  });
  REQUIRE(world.Send());
  CHECK(told == std::vector<std::string>{"2 nobody answers", "3 the server answered 503"});
}

TEST_CASE("nothing is tried again once it is stopped") {
  World world({NoAnswer()});
  std::stop_source source;
  source.request_stop();
  HttpRequest request;
  request.stop = source.get_token();
  REQUIRE_FALSE(world.sender.Send(request, {}));
  CHECK(world.client.requests.size() == 1);
}

}  // namespace
}  // namespace heirloom
