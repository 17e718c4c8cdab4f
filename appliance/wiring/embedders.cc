#include "appliance/wiring/embedders.h"

#include <utility>

#include "index/minilm/minilm_embedder.h"

namespace heirloom {
namespace {

Result<ConfiguredEmbedder> OpenRemote(const Config::LiteLlm& config, const RemoteWorld& world) {
  RemoteOptions remote;
  remote.name = "embedder";
  remote.trust_setting = "index.embedder_ca_file";
  remote.access_setting = "index.embedder_key_file";
  remote.judge = JudgeLiteLlm;
  remote.max_concurrent = 4;
  remote.max_wait = std::chrono::seconds(30);
  auto service = MakeRemoteService(std::move(remote), config.ca_file.string(),
                                   MakeBearerSigner(config.key), world);
  LiteLlmOptions options;
  options.url = config.url;
  options.model = config.model;
  options.max_tokens = config.max_tokens;
  auto embedder = OpenLiteLlm(std::move(options), std::move(service), world.clock);
  if (!embedder) return ErrorOf(embedder);
  const LiteLlmEmbedder* const billed = embedder->get();
  return ConfiguredEmbedder{std::move(*embedder), billed, config.model};
}

}  // namespace

Result<ConfiguredEmbedder> OpenEmbedder(const Config& config, const RemoteWorld& remote) {
  switch (config.index.embedder) {
    case Config::Index::EmbedderKind::kNone:
      break;
    case Config::Index::EmbedderKind::kMiniLm:
      return ConfiguredEmbedder{OpenMiniLm({.folder = config.index.minilm_folder}), nullptr, ""};
    case Config::Index::EmbedderKind::kLiteLlm:
      return OpenRemote(config.index.litellm, remote);
  }
  return ConfiguredEmbedder();
}

void AddSpendMetrics(Metrics& metrics, const ConfiguredEmbedder& embedder) {
  if (!embedder.billed) return;
  const auto add = [&](const char* name, const char* help, auto read) {
    metrics.AddReadings(
        Metrics::Kind::kCounter, name, help,
        [billed = embedder.billed, model = embedder.model, read] {
          return Metrics::Samples{{{{"model", model}}, static_cast<double>(read(billed->Spent()))}};
        });
  };
  add("heirloom_embedding_requests_total", "Requests for embeddings that a server answered.",
      [](const EmbeddingSpend& spent) { return spent.requests; });
  add("heirloom_embedding_tokens_total", "Tokens that it says it read for them.",
      [](const EmbeddingSpend& spent) { return spent.tokens; });
  add("heirloom_embedding_cost_dollars_total", "What it says they cost.",
      [](const EmbeddingSpend& spent) { return spent.dollars; });
}

}  // namespace heirloom
