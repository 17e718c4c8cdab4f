#include <catch2/catch.hpp>
#include <numeric>

#include "index/litellm/litellm_embedder.h"
#include "storage/remote/remote_service.h"
#include "tests/contract/embedder_contract.h"
#include "tests/support/manual_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_server.h"
#include "tests/support/tls_proxy.h"
#include "tests/support/toxiproxy.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;
using testing::PrivateCa;
using testing::TempFolder;
using testing::TestServer;
using testing::TlsProxy;

Secret Key() { return Secret::Literal("sk-test"); }

// The adapter as wiring makes it, before the real server.
struct World {
  explicit World(const std::string& model = "fake-embed", Secret key = Key(),
                 const std::string& url = TestServer("LITELLM"), const std::string& ca = "",
                 int tries = 3) {
    RemoteOptions remote;
    remote.retry.max_tries = tries;
    remote.name = "embedder";
    remote.circuit.first_rest = milliseconds(50);
    remote.circuit.max_rest = milliseconds(200);
    auto made =
        MakeRemoteService(remote, ca, MakeBearerSigner(std::move(key)), {pauses, clock, random});
    service = made.get();
    LiteLlmOptions options;
    options.url = url;
    options.model = model;
    options.max_tokens = 8192;
    embedder = OpenLiteLlm(options, std::move(made), clock).value();
  }

  Error Failure() {
    const std::string text = "a family secret";
    const auto vectors = embedder->Embed(std::span(&text, 1));
    REQUIRE_FALSE(vectors);
    CHECK(vectors.error().message.find("secret") == std::string::npos);
    return vectors.error();
  }

  RealPauses pauses;
  testing::ManualClock clock;
  testing::SeededRandom random;
  RemoteService* service = nullptr;
  std::unique_ptr<LiteLlmEmbedder> embedder;
};

double Cosine(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

TEST_CASE("LiteLLM keeps the Embedder contract", "[contract][embedder]") {
  // What stands around the embedder lives as long as the test.
  std::vector<std::unique_ptr<World>> worlds;
  contract::CheckEmbedder([&] {
    worlds.push_back(std::make_unique<World>());
    return std::move(worlds.back()->embedder);
  });
}

TEST_CASE("a LiteLLM server embeds texts, and says what it cost") {
  World world;
  CHECK(world.embedder->Model().value() == EmbeddingModel{"litellm:fake-embed/256", 256, 8192});
  const std::vector<std::string> texts = {"Grandmother baked bread in the village",
                                          "In the village, grandmother's bread was baked",
                                          "The ship left Hamburg in 1911"};
  const auto vectors = world.embedder->Embed(texts).value();
  CHECK(Cosine(vectors[0], vectors[0]) == Approx(1));
  CHECK(Cosine(vectors[0], vectors[1]) > Cosine(vectors[0], vectors[2]) + 0.2);
  const EmbeddingSpend spent = world.embedder->Spent();
  CHECK(spent.requests == 2);
  CHECK(spent.tokens > 20);
  CHECK(spent.dollars == Approx(static_cast<double>(spent.tokens) * 1e-6));
}

TEST_CASE("a text longer than the server's model takes is cut and gets a vector") {
  World world;
  const std::vector<std::string> texts = {"short", std::string(60'000, 'x')};
  const auto vectors = world.embedder->Embed(texts).value();
  CHECK(vectors[0] == world.embedder->Embed(std::span(texts).first(1)).value()[0]);
}

TEST_CASE("a model that is limited, broken, down or unknown is unavailable, in words") {
  for (const auto& [model, words] :
       std::vector<std::pair<std::string, std::string>>{{"limited", "it answered 429"},
                                                        {"broken", "it answered 500"},
                                                        {"down", "it answered 500"},
                                                        {"nobody", "knows no model nobody"}}) {
    World world(model, Key(), TestServer("LITELLM"), "", 1);  // It tries again itself, slowly.
    const Error error = world.Failure();
    INFO(model << ": " << error.message);
    CHECK(error.code == ErrorCode::kUnavailable);
    CHECK(error.retry_after_seconds > 0);
    CHECK(error.message.find(words) != std::string::npos);
    CHECK(world.embedder->Spent().requests == 0);
  }
}

TEST_CASE("a wrong key and none are told apart from a server that does not work") {
  for (const std::string key : {"sk-wrong", ""}) {
    World world("fake-embed", Secret::Literal(key));
    const Error error = world.Failure();
    INFO(error.message);
    CHECK(error.code == ErrorCode::kUnavailable);
    CHECK(error.message.find("refuses our key") != std::string::npos);
    CHECK(world.service->Counters().tries == 1);
    CHECK(world.service->State().Usable());
  }
}

TEST_CASE("a key that was exchanged in its file counts without a restart") {
  const TempFolder folder;
  testing::WriteFile(folder / "key", "sk-old");
  World world("fake-embed", Secret::FromFile(folder / "key").value());
  world.Failure();
  testing::WriteFile(folder / "key", "sk-test\n");
  CHECK(world.embedder->Model());
}

TEST_CASE("behind a private authority a LiteLLM server is found, and by another one refused") {
  const TempFolder folder;
  const TempFolder elsewhere;
  const PrivateCa ca(folder.Path());
  const PrivateCa other(elsewhere.Path(), "another authority");
  const TlsProxy proxy(ca, TestServer("LITELLM"));
  CHECK(World("fake-embed", Key(), proxy.Url(), ca.file()).embedder->Model());
  CHECK(proxy.connections() == 1);
  const Error wrong = World("fake-embed", Key(), proxy.Url(), other.file()).Failure();
  CHECK(wrong.code == ErrorCode::kUnavailable);
  CHECK(wrong.message.find("its certificate is not trusted") != std::string::npos);
  const TlsProxy over(ca, TestServer("LITELLM"), TlsProxy::Certificate::kExpired);
  const Error expired = World("fake-embed", Key(), over.Url(), ca.file()).Failure();
  CHECK(expired.message.find("its certificate is not trusted") != std::string::npos);
}

TEST_CASE("a LiteLLM server that is cut off is unavailable, and works again by itself") {
  testing::Toxiproxy network(TestServer("LITELLM"));
  World world("fake-embed", Key(), network.Url());
  const EmbeddingModel model = world.embedder->Model().value();
  network.Down();
  while (world.service->State().Usable()) CHECK(world.Failure().code == ErrorCode::kUnavailable);
  network.Up();
  const std::string text = "again";
  while (!world.embedder->Embed(std::span(&text, 1))) world.pauses.Wait(milliseconds(20), {});
  CHECK(world.embedder->Model().value() == model);
  network.Poison("limit_data", R"({"bytes":700})");
  CHECK(world.Failure().code == ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace heirloom
