#pragma once

#include <memory>
#include <string>

#include "appliance/base/result.h"
#include "appliance/telemetry/metrics.h"
#include "appliance/wiring/config.h"
#include "index/embedder.h"
#include "index/litellm/litellm_embedder.h"
#include "storage/remote/remote_service.h"

namespace heirloom {

// An embedder that somebody sends a bill for says what it used.
struct ConfiguredEmbedder {
  std::unique_ptr<Embedder> embedder;
  const LiteLlmEmbedder* billed = nullptr;  // The same one, when a server does it.
  std::string model;                        // As that server calls it.
};

// What the configuration names; null where it names none. Asks nobody and loads nothing: a model
// that is missing, or a server that is down, shows when it is first used. `remote` must outlive it.
Result<ConfiguredEmbedder> OpenEmbedder(const Config& config, const RemoteWorld& remote);

// Requests, tokens and dollars by model, of one that a server does. `embedder` must outlive
// `metrics`.
void AddSpendMetrics(Metrics& metrics, const ConfiguredEmbedder& embedder);

}  // namespace heirloom
