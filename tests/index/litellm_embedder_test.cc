#include "index/litellm/litellm_embedder.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "appliance/base/json.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scripted_client.h"

namespace heirloom {
namespace {

using testing::ScriptedClient;

constexpr char kCost[] = "x-litellm-response-cost";

std::vector<std::string> TextsOf(const HttpRequest& request) {
  const Json input = Json::Parse(request.body).value().Get("input");
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < input.Size(); ++i) texts.emplace_back(input.At(i).AsString());
  return texts;
}

// (bytes, 1, 2) for each text, in the opposite order.
HttpResponse Lengths(const HttpRequest& request, std::vector<HttpHeader> headers = {}) {
  const std::vector<std::string> texts = TextsOf(request);
  JsonWriter body;
  body.BeginObject().Key("data").BeginArray();
  for (std::size_t i = texts.size(); i-- > 0;) {
    body.BeginObject().Key("embedding").BeginArray();
    body.Integer(static_cast<std::int64_t>(texts[i].size())).Integer(1).Number(2.0).EndArray();
    body.Member("index", static_cast<std::int64_t>(i)).EndObject();
  }
  body.EndArray().Key("usage").BeginObject().Member("total_tokens", std::int64_t{7}).EndObject();
  body.EndObject();
  return {200, std::move(headers), body.Take()};
}

HttpResponse Refusal(int status, const std::string& message, const std::string& type = "") {
  JsonWriter body;
  body.BeginObject().Key("error").BeginObject();
  body.Member("message", message).Member("type", type).EndObject().EndObject();
  return {status, {}, body.Take()};
}

struct World {
  explicit World(
      ScriptedClient::Script script = [](const HttpRequest& request) { return Lengths(request); },
      LiteLlmOptions more = {}) {
    auto made = std::make_unique<ScriptedClient>(std::move(script));
    client = made.get();
    more.url = "https://llm.example:4000/";
    more.model = "fake-embed";
    embedder = OpenLiteLlm(more, std::move(made), clock).value();
  }

  Result<std::vector<Vector>> Embed(std::vector<std::string> texts) {
    return embedder->Embed(texts);
  }

  ScriptedClient* client = nullptr;
  testing::ManualClock clock;
  std::unique_ptr<LiteLlmEmbedder> embedder;
};

TEST_CASE("each text gets its own vector of length 1, whatever order the server answers in") {
  World world;
  const auto vectors = world.Embed({"a", "four", "sixsix"}).value();
  REQUIRE(vectors.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const double bytes = i == 0 ? 1 : i == 1 ? 4 : 6;
    CHECK(vectors[i][0] == Approx(bytes / std::sqrt(bytes * bytes + 5)));
    CHECK(vectors[i][2] == Approx(2 * vectors[i][1]));
  }
  const HttpRequest& sent = world.client->requests.at(0);
  CHECK(sent.url == "https://llm.example:4000/v1/embeddings");
  CHECK(sent.method == "POST");
  CHECK(sent.repeatable);
  CHECK(Json::Parse(sent.body).value().Get("model").AsString() == "fake-embed");
}

TEST_CASE(
    "texts go out in requests that are bounded by count and by bytes, and come back in order") {
  LiteLlmOptions options;
  options.batch_texts = 3;
  options.batch_bytes = 100;
  options.max_tokens = 1000;
  World world([](const HttpRequest& request) { return Lengths(request); }, options);
  std::vector<std::string> texts;
  for (const int size : {1, 2, 3, 4, 60, 41, 500, 5, 6}) texts.emplace_back(size, 'x');
  const auto vectors = world.Embed(texts).value();
  REQUIRE(vectors.size() == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CHECK(vectors[i][0] / vectors[i][1] == Approx(texts[i].size()));
  }
  std::vector<std::size_t> counts;
  for (const HttpRequest& request : world.client->requests)
    counts.push_back(TextsOf(request).size());
  CHECK(counts == std::vector<std::size_t>{3, 2, 1, 1, 2});
}

TEST_CASE("the model is asked for its size once, when somebody wants to know, and named with it") {
  World world;
  CHECK(world.client->requests.empty());
  const EmbeddingModel model = world.embedder->Model().value();
  CHECK(model == EmbeddingModel{"litellm:fake-embed/3", 3, 512});
  CHECK(world.embedder->Model().value() == model);
  CHECK(world.client->requests.size() == 1);
  LiteLlmOptions options;
  options.dimensions = 3;
  World told([](const HttpRequest& request) { return Lengths(request); }, options);
  CHECK(told.embedder->Model().value() == model);
  CHECK(told.client->requests.empty());
}

TEST_CASE(
    "another number of dimensions than before, or than configured, is an error that says so") {
  LiteLlmOptions options;
  options.dimensions = 384;
  World world([](const HttpRequest& request) { return Lengths(request); }, options);
  const auto vectors = world.Embed({"a"});
  CHECK(vectors.error().code == ErrorCode::kInternal);
  CHECK(vectors.error().message ==
        "the embedding server gives vectors of 3 numbers, not of 384: another model has the name "
        "fake-embed now");
}

TEST_CASE("an answer that is none is refused whole") {
  for (const std::string body :
       {"", "[]", "{}", R"({"data":[]})", R"({"data":[{"index":0}]})",
        R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]})",
        R"({"data":[{"index":0,"embedding":[1]},{"index":2,"embedding":[1]}]})",
        R"({"data":[{"index":0,"embedding":[1]},{"index":-1,"embedding":[1]}]})",
        R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[]}]})",
        R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[0]}]})",
        R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":["1"]}]})",
        R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]})",
        R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1e200]}]})",
        R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":"AACAPw=="}]})"}) {
    INFO(body);
    World world([&](const HttpRequest&) { return HttpResponse{200, {}, body}; });
    CHECK(world.Embed({"a", "b"}).error().code == ErrorCode::kInternal);
  }
}

TEST_CASE("an empty text is sent as something, and gets a vector") {
  World world;
  CHECK(world.Embed({"", " \n", "a"}).value().size() == 3);
  CHECK(TextsOf(world.client->requests.at(0)) == std::vector<std::string>{".", ".", "a"});
}

TEST_CASE("a text too long for the model is cut alone, by whole characters, until it is taken") {
  LiteLlmOptions options;
  options.max_tokens = 64;
  const auto script = [](const HttpRequest& request) {
    for (const std::string& text : TextsOf(request)) {
      if (text.size() > 100) {
        return Refusal(400, "litellm.ContextWindowExceededError: maximum context length");
      }
    }
    return Lengths(request);
  };
  World world(script, options);
  std::string accents;
  for (int i = 0; i < 150; ++i) accents += "\u00e9";
  accents = "a" + accents;  // 301 bytes, of which a half would end inside a character.
  const auto together = world.Embed({std::string(90, 'x'), accents}).value();
  CHECK(together.at(0)[0] / together.at(0)[1] == Approx(90));
  CHECK(together.at(1)[0] / together.at(1)[1] == Approx(75));
  CHECK(world.Embed({accents}).value().at(0) == together.at(1));
}

TEST_CASE("what the server cannot mend by cutting ends after few requests") {
  World world([](const HttpRequest&) { return Refusal(400, "maximum context length"); });
  const auto vectors = world.Embed({std::string(100'000, 'x')});
  CHECK(vectors.error().code == ErrorCode::kInternal);
  CHECK(world.client->requests.size() < 10);
}

TEST_CASE("a refusal says what to do, and nothing of what was sent") {
  const auto refused = [](HttpResponse answer) {
    World world([&](const HttpRequest&) { return answer; });
    const auto vectors = world.Embed({"a family secret"});
    CHECK(vectors.error().message.find("secret") == std::string::npos);
    return vectors.error();
  };
  const auto says = [](const Error& error, const std::string& words) {
    INFO(error.message);
    CHECK(error.message.find(words) != std::string::npos);
    CHECK(error.retry_after_seconds > 0);
    return error.code == ErrorCode::kUnavailable;
  };
  CHECK(says(refused(Refusal(401, "No api key passed in.", "auth_error")), "index.embedder_key"));
  CHECK(says(refused(Refusal(400, "No connected db.", "no_db_connection")), "index.embedder_key"));
  // A key whose time is over; by version it is the one or the other.
  for (const int status : {400, 401}) {
    const std::string words = "Authentication Error - Expired Key.";
    CHECK(says(refused(Refusal(status, words, "expired_key")), "index.embedder_key"));
  }
  CHECK(says(refused(Refusal(400, "Invalid model name passed in model=fake-embed.")),
             "knows no model fake-embed"));
  CHECK(says(refused(Refusal(404, "not here")), "knows no model fake-embed"));
  CHECK(says(refused(Refusal(429, "slow down")), "429"));
  CHECK(says(refused(Refusal(500, "boom: a family secret")), "500"));
  CHECK(refused(Refusal(400, "a family secret is refused")).code == ErrorCode::kInternal);
}

TEST_CASE("a key that is refused is told from all else, whatever the status") {
  const std::string nobody = "No connected db.";
  CHECK(JudgeLiteLlm(Refusal(401, "")) == Judgement::kRefusesUs);
  CHECK(JudgeLiteLlm(Refusal(400, nobody, "no_db_connection")) == Judgement::kRefusesUs);
  CHECK(JudgeLiteLlm(Refusal(400, "a text is too long")) == Judgement::kFine);
  CHECK(JudgeLiteLlm(Refusal(404, nobody)) == Judgement::kFine);
  CHECK(JudgeLiteLlm(Refusal(429, nobody, "no_db_connection")) == Judgement::kBusy);
  CHECK(JudgeLiteLlm(Refusal(500, nobody, "no_db_connection")) == Judgement::kBroken);
}

TEST_CASE("what it costs is taken from the server, also in exponent form, or from its tokens") {
  std::string cost = "1.1e-05";
  LiteLlmOptions options;
  options.dollars_per_million_tokens = 0.02;
  World world(
      [&](const HttpRequest& request) {
        return Lengths(request, {{kCost, cost}});
      },
      options);
  REQUIRE(world.Embed({"a", "b"}));
  CHECK(world.embedder->Spent().dollars == Approx(1.1e-05));
  for (const std::string none : {"", "-1", "much", "1e999", "0.5 USD", "nan"}) {
    INFO(none);
    cost = none;
    const double before = world.embedder->Spent().dollars;
    REQUIRE(world.Embed({"a"}));
    CHECK(world.embedder->Spent().dollars - before == Approx(7 * 0.02 / 1e6));
  }
  const EmbeddingSpend spent = world.embedder->Spent();
  CHECK(spent.requests == 7);
  CHECK(spent.texts == 8);
  CHECK(spent.tokens == 49);
}

TEST_CASE("options that cannot be are refused before anybody is asked") {
  const testing::ManualClock clock;
  const auto open = [&](const LiteLlmOptions& options) {
    return OpenLiteLlm(options, MakeHttpClient(), clock);
  };
  LiteLlmOptions good;
  good.url = "http://127.0.0.1:1";
  good.model = "m";
  CHECK(open(good));
  for (const std::string& model :
       {std::string(), std::string("a b"), std::string("\u00e9"), std::string(151, 'm')}) {
    LiteLlmOptions bad = good;
    bad.model = model;
    CHECK(open(bad).error().code == ErrorCode::kInvalidArgument);
  }
  LiteLlmOptions bad = good;
  bad.url = "llm.example";
  CHECK(open(bad).error().code == ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace heirloom
