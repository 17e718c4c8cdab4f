#include "storage/remote/remote_service.h"

#include <catch2/catch.hpp>
#include <deque>
#include <latch>
#include <mutex>
#include <thread>

#include "tests/support/manual_clock.h"
#include "tests/support/scripted_client.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;
using testing::ScriptedClient;
using State = CircuitBreaker::State;

constexpr char kTrace[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

HttpResponse Status(int status, std::vector<HttpHeader> headers = {}) {
  return {status, std::move(headers), ""};
}

Result<HttpResponse> NoAnswer() {
  return Fail(ErrorCode::kUnavailable, "http://127.0.0.1:1/: nobody answers there");
}

RemoteOptions Named() {
  RemoteOptions options;
  options.name = "search";
  return options;
}

// A service before a server made of a function, in a time of its own.
struct World {
  explicit World(ScriptedClient::Script script, RemoteOptions options = Named(),
                 std::unique_ptr<RequestSigner> signer = nullptr) {
    auto made = std::make_unique<ScriptedClient>(std::move(script));
    client = made.get();
    service = std::make_unique<RemoteService>(
        std::move(options), std::move(made), std::move(signer), RemoteWorld{pauses, clock, random});
  }

  // Answers in order, the last one for ever.
  static ScriptedClient::Script InOrder(std::deque<Result<HttpResponse>> answers) {
    return [answers = std::move(answers)](const HttpRequest&) mutable {
      Result<HttpResponse> answer = answers.front();
      if (answers.size() > 1) answers.pop_front();
      return answer;
    };
  }

  Result<HttpResponse> Send(const std::string& method = "GET") {
    HttpRequest request;
    request.method = method;
    return service->Send(request);
  }

  testing::NotedPauses pauses;
  testing::ManualClock clock;
  testing::SeededRandom random;
  ScriptedClient* client = nullptr;
  std::unique_ptr<RemoteService> service;
};

std::optional<std::string_view> Field(const HttpRequest& request, std::string_view name) {
  std::optional<std::string_view> found;
  for (const HttpHeader& header : request.headers) {
    if (header.name != name) continue;
    CHECK_FALSE(found);  // None twice.
    found = header.value;
  }
  return found;
}

TEST_CASE("a service tries again what may pass and may arrive twice, and nothing else") {
  for (const int status : {429, 500, 502, 503, 504}) {
    World world(World::InOrder({Status(status), Status(200)}));
    CHECK(world.Send().value().status == 200);
    CHECK(world.client->requests.size() == 2);
  }
  for (const int status : {200, 304, 400, 401, 403, 404, 409, 412, 501}) {
    World world(World::InOrder({Status(status)}));
    CHECK(world.Send().value().status == status);
    CHECK(world.client->requests.size() == 1);
  }
  World once(World::InOrder({Status(503), Status(200)}));
  CHECK(once.Send("POST").value().status == 503);
  CHECK(once.client->requests.size() == 1);
  HttpRequest twice;
  twice.method = "POST";
  twice.repeatable = true;
  CHECK(once.service->Send(twice).value().status == 200);
}

TEST_CASE("a service that gets no answer says so in its name, when to come again, and no secret") {
  World world(World::InOrder({NoAnswer()}));
  const auto answer = world.Send();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ErrorCode::kUnavailable);
  CHECK(answer.error().retry_after_seconds >= 1);
  CHECK(answer.error().message == "search: http://127.0.0.1:1/: nobody answers there");
  CHECK(world.client->requests.size() == 3);
  CHECK(world.service->State().problem == "http://127.0.0.1:1/: nobody answers there");
}

TEST_CASE("a certificate that is not trusted is tried once and is no visitor's fault") {
  World world(World::InOrder({Fail(ErrorCode::kForbidden, "its certificate is not trusted")}));
  const auto answer = world.Send();
  CHECK(answer.error().code == ErrorCode::kUnavailable);
  CHECK(answer.error().message == "search: its certificate is not trusted");
  CHECK(world.client->requests.size() == 1);
}

TEST_CASE("tries, pauses and waiting for the server share one deadline") {
  World* self = nullptr;
  RemoteOptions options = Named();
  options.max_time = milliseconds(1'000);
  options.max_try_time = milliseconds(600);
  World world(
      [&](const HttpRequest& request) {
        self->pauses.now += request.timeout;  // Each try takes all it may.
        return NoAnswer();
      },
      options);
  self = &world;
  const auto start = world.pauses.now;
  REQUIRE_FALSE(world.Send());
  REQUIRE(world.client->requests.size() == 2);
  CHECK(world.client->requests[0].timeout == milliseconds(600));
  CHECK(world.client->requests[1].timeout < milliseconds(400));
  CHECK(world.pauses.now - start <= milliseconds(1'001));
}

TEST_CASE("a request with less time than its service gets less") {
  World world(World::InOrder({Status(200)}));
  HttpRequest request;
  request.timeout = milliseconds(70);
  REQUIRE(world.service->Send(request));
  CHECK(world.client->requests[0].timeout == milliseconds(70));
}

TEST_CASE("Retry-After is kept, and who asks for more than there is gets no retry") {
  World world(World::InOrder({Status(503, {{"Retry-After", "2"}}), Status(200)}));
  CHECK(world.Send().value().status == 200);
  CHECK(world.pauses.waited.at(0) >= milliseconds(2'000));
  World patient(World::InOrder({Status(503, {{"Retry-After", "11"}}), Status(200)}));
  CHECK(patient.Send().value().status == 503);
  World late(World::InOrder({Status(503, {{"Retry-After", "5"}}), Status(200)}));
  HttpRequest request;
  request.timeout = milliseconds(4'000);
  CHECK(late.service->Send(request).value().status == 503);
  CHECK(late.pauses.waited.empty());
}

TEST_CASE("when all fail, retries add a tenth to the load and no more") {
  RemoteOptions options = Named();
  options.circuit.failures_in_a_row = 1'000'000;
  options.circuit.least_requests = 1'000'000;
  World world(World::InOrder({Status(503)}), options);
  for (int i = 0; i < 500; ++i) CHECK(world.Send().value().status == 503);
  const RemoteCounters counters = world.service->Counters();
  CHECK(counters.operations == 500);
  CHECK(counters.retries <= 60);
  CHECK(counters.retries >= 50);
  CHECK(counters.tries == counters.operations + counters.retries);
  CHECK(counters.failures == counters.tries);
  CHECK(counters.budget_empty > 400);
}

TEST_CASE("a circuit opens, is answered for at once, and heals by the next one who asks") {
  Result<HttpResponse> now = NoAnswer();
  World world([&](const HttpRequest&) { return now; });
  while (world.service->State().Usable()) REQUIRE_FALSE(world.Send());
  const std::size_t asked = world.client->requests.size();
  CHECK(asked == 5);
  const auto refused = world.Send();
  CHECK(refused.error().code == ErrorCode::kUnavailable);
  CHECK(refused.error().retry_after_seconds == 1);
  CHECK(refused.error().message ==
        "search: not asked, since it failed just now: http://127.0.0.1:1/: nobody answers there");
  CHECK(world.client->requests.size() == asked);
  CHECK(world.service->Counters().refused_open == 1);
  CHECK(world.service->Counters().opened == 1);
  world.pauses.now += world.service->State().retry_in;
  now = Status(200);
  CHECK(world.Send().value().status == 200);
  CHECK(world.service->State().circuit == State::kClosed);
  CHECK(world.service->State().problem.empty());
}

TEST_CASE("what the server refuses says nothing against it") {
  for (const int status : {400, 401, 404, 429}) {
    RemoteOptions options = Named();
    options.retry.max_tries = 1;
    World world(World::InOrder({Status(status)}), options);
    for (int i = 0; i < 50; ++i) CHECK(world.Send().value().status == status);
    CHECK(world.service->State().Usable());
  }
}

TEST_CASE("a judge of one's own can see failure behind a status that hides it") {
  RemoteOptions options = Named();
  options.judge = [](const HttpResponse& answer) {
    return answer.body == "transient" ? Judgement::kBroken : Judgement::kFine;
  };
  World world(World::InOrder({HttpResponse{200, {}, "transient"}, HttpResponse{200, {}, "good"}}),
              options);
  CHECK(world.Send().value().body == "good");
}

TEST_CASE("a bulkhead lets so many in, few wait, and the rest is told at once") {
  RemoteOptions options = Named();
  options.max_concurrent = 2;
  options.max_waiting = 1;
  options.max_wait = std::chrono::minutes(2);
  options.max_time = std::chrono::minutes(2);
  std::latch entered(2);
  std::latch leave(1);
  std::atomic<int> inside = 0;
  int most = 0;
  std::mutex mutex;
  // Not ScriptedClient, which is for one thread.
  struct Slow final : HttpClient {
    std::function<void()> work;
    Result<HttpResponse> Send(const HttpRequest&) override {
      work();
      return Status(200);
    }
  };
  auto slow = std::make_unique<Slow>();
  slow->work = [&] {
    {
      const std::lock_guard lock(mutex);
      most = std::max(most, ++inside);
    }
    if (!entered.try_wait()) {
      entered.count_down();
      leave.wait();
    }
    --inside;
  };
  RealPauses pauses;
  testing::ManualClock clock;
  testing::SeededRandom random;
  RemoteService service(options, std::move(slow), nullptr, {pauses, clock, random});
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i) threads.emplace_back([&] { CHECK(service.Send({})); });
    entered.wait();
    threads.emplace_back([&] { CHECK(service.Send({})); });
    while (service.Counters().waiting < 1) std::this_thread::yield();
    const auto refused = service.Send({});
    CHECK(refused.error().code == ErrorCode::kUnavailable);
    CHECK(refused.error().message == "search: too many requests are under way to it");
    CHECK(service.Counters().refused_full == 1);
    CHECK(service.Counters().in_flight == 2);
    leave.count_down();
  }
  CHECK(most == 2);
  CHECK(service.Counters().in_flight == 0);
}

TEST_CASE("credentials stand in each try once, and an exchanged secret counts from the next") {
  const testing::TempFolder folder;
  testing::WriteFile(folder / "key", "old\n");
  World world(
      [&](const HttpRequest& request) {
        if (Field(request, "Authorization") == "Bearer new") return Status(200);
        testing::WriteFile(folder / "key", "new\n");
        return Status(401);
      },
      Named(), MakeBearerSigner(Secret::FromFile(folder / "key").value()));
  // A POST that must not arrive twice may follow a 401, which did nothing.
  CHECK(world.Send("POST").value().status == 200);
  CHECK(world.client->requests.size() == 2);
  CHECK(world.pauses.waited.empty());
}

TEST_CASE("credentials that stay wrong are not tried again, and the problem says so") {
  World world(World::InOrder({Status(401)}), Named(),
              MakeBasicSigner("heirloom", Secret::Literal("pass")));
  CHECK(world.Send().value().status == 401);
  CHECK(world.client->requests.size() == 1);
  // printf heirloom:pass | base64
  CHECK(Field(world.client->requests[0], "Authorization") == "Basic aGVpcmxvb206cGFzcw==");
  CHECK(world.service->State().problem == "it refuses our credentials (401)");
  CHECK(world.service->State().refuses_us);
  CHECK(world.service->State().Usable());
}

TEST_CASE("Basic credentials are standard base64 with its padding, and a colon splits no name") {
  HttpRequest request;
  REQUIRE(MakeBasicSigner("\u00fc", Secret::Literal("\u00ff>?~\u00ff"))->Sign(request));
  // printf 'ü:ÿ>?~ÿ' | base64
  CHECK(Field(request, "Authorization") == "Basic w7w6w78+P37Dvw==");
  CHECK(MakeBasicSigner("a:b", Secret::Literal("c"))->Sign(request).error().code ==
        ErrorCode::kInvalidArgument);
}

TEST_CASE("the current trace goes along when it is one") {
  std::string current = kTrace;
  RemoteOptions options = Named();
  options.current_trace = [&] { return current; };
  World world(World::InOrder({Status(503), Status(200)}), options);
  REQUIRE(world.Send());
  CHECK(Field(world.client->requests[0], "traceparent") == kTrace);
  CHECK(Field(world.client->requests[1], "traceparent") == kTrace);
  for (const std::string none :
       {"", "00-zz", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"}) {
    current = none;
    REQUIRE(world.Send());
    CHECK_FALSE(Field(world.client->requests.back(), "traceparent"));
  }
}

TEST_CASE("nothing is repeated once the sink has a byte, or an upload that cannot go back") {
  World world([](const HttpRequest& request) {
    if (request.sink) CHECK(request.sink("half"));
    return NoAnswer();
  });
  std::string got;
  HttpRequest down;
  down.sink = [&](std::string_view piece) {
    got += piece;
    return Result<void>{};
  };
  REQUIRE_FALSE(world.service->Send(down));
  CHECK(got == "half");
  HttpRequest up;
  up.method = "PUT";
  up.upload = HttpUpload{4, [](std::span<char>) -> Result<std::size_t> { return 4; }, nullptr};
  REQUIRE_FALSE(world.service->Send(up));
  CHECK(world.client->requests.size() == 2);
  int rewound = 0;
  up.upload->rewind = [&] {
    ++rewound;
    return Result<void>{};
  };
  REQUIRE_FALSE(world.service->Send(up));
  CHECK(world.client->requests.size() == 5);
  CHECK(rewound == 2);
}

TEST_CASE("a sink that says no is the caller's affair, not the server's") {
  World world([](const HttpRequest& request) -> Result<HttpResponse> {
    const auto taken = request.sink("piece");
    return Fail(taken.error().code, taken.error().message);
  });
  HttpRequest request;
  request.sink = [](std::string_view) {
    return Result<void>(Fail(ErrorCode::kUnavailable, "full"));
  };
  for (int i = 0; i < 20; ++i)
    CHECK(world.service->Send(request).error().message == "search: full");
  CHECK(world.service->State().Usable());
}

TEST_CASE("a caller that was stopped gets no retry and blames nobody") {
  std::stop_source source;
  World world([&](const HttpRequest&) {
    source.request_stop();
    return NoAnswer();
  });
  HttpRequest request;
  request.stop = source.get_token();
  for (int i = 0; i < 20; ++i) REQUIRE_FALSE(world.service->Send(request));
  CHECK(world.client->requests.size() <= 20);
  CHECK(world.service->State().Usable());
  CHECK(world.service->Counters().failures == 0);
}

TEST_CASE("a registry lists services as long as they live") {
  RemoteRegistry registry;
  RealPauses pauses;
  testing::ManualClock clock;
  testing::SeededRandom random;
  const auto names = [&] {
    std::string all;
    registry.Visit([&](const RemoteService& service) { all += service.name() + " "; });
    return all;
  };
  const RemoteWorld world{pauses, clock, random, &registry};
  const auto first = MakeRemoteService(Named(), "", nullptr, world);
  {
    RemoteOptions options;
    options.name = "graph";
    const auto second = MakeRemoteService(options, "", nullptr, world);
    CHECK(names() == "search graph ");
  }
  CHECK(names() == "search ");
}

TEST_CASE("an answer means to callers what they can act on") {
  const testing::ManualClock clock;
  const auto code = [&](int status) { return ErrorOfAnswer("blobs", Status(status), clock).code; };
  CHECK(code(404) == ErrorCode::kNotFound);
  CHECK(code(409) == ErrorCode::kConflict);
  CHECK(code(412) == ErrorCode::kPreconditionFailed);
  CHECK(code(413) == ErrorCode::kTooLarge);
  CHECK(code(400) == ErrorCode::kInternal);
  for (const int status : {401, 403, 408, 429, 500, 503})
    CHECK(code(status) == ErrorCode::kUnavailable);
  const Error busy = ErrorOfAnswer("blobs", Status(429, {{"retry-after", "7"}}), clock);
  CHECK(busy.retry_after_seconds == 7);
  CHECK(ErrorOfAnswer("blobs", Status(403), clock).message ==
        "blobs: it refuses our credentials (403)");
}

}  // namespace
}  // namespace heirloom
