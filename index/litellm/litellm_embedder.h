#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "appliance/base/clock.h"
#include "index/embedder.h"
#include "storage/remote/http_client.h"
#include "storage/remote/remote_service.h"

namespace heirloom {

struct LiteLlmOptions {
  std::string url;    // http or https, before /v1/embeddings: "https://llm.example:4000".
  std::string model;  // As the server calls it: "text-embedding-3-small".
  // What the model gives. 0: whatever it gives first counts from then on. It is no wish that is
  // sent along, since not every model can be asked for another number.
  std::size_t dimensions = 0;
  std::size_t max_tokens = 512;  // What it reads of a text.
  // One request holds no more than this.
  std::size_t batch_texts = 64;
  std::size_t batch_bytes = 512u << 10;
  std::chrono::milliseconds timeout{30'000};  // Of one request, its retries included.
  double dollars_per_million_tokens = 0;      // For answers that do not say what they cost.
};

// What was used since the start, failed answers not counted. For /metrics.
struct EmbeddingSpend {
  std::uint64_t requests = 0;
  std::uint64_t texts = 0;
  std::uint64_t tokens = 0;
  double dollars = 0;
};

// Embedder over the OpenAI protocol (https://platform.openai.com/docs/api-reference/embeddings), as
// a LiteLLM proxy speaks it before any model.
//
// Beyond the port: the model's id is "litellm:MODEL/DIMENSIONS". A server that puts another model
// behind the same name is not noticed: give a new model a new name. An empty text is sent as ".",
// since the protocol takes none. A text that the model refuses as too long is cut by half until it
// is taken; it alone, never what came with it.
class LiteLlmEmbedder : public Embedder {
 public:
  virtual EmbeddingSpend Spent() const = 0;  // Thread-safe.
};

// `server` brings credentials, retries and bounds (storage/remote/remote_service.h). The clock must
// outlive the embedder. Asks nobody. kInvalidArgument: no such URL, or a model's name
// that is empty, longer than 150 bytes or not printable ASCII.
Result<std::unique_ptr<LiteLlmEmbedder>> OpenLiteLlm(LiteLlmOptions options,
                                                     std::unique_ptr<HttpClient> server,
                                                     const Clock& clock);

// What an answer says about the server: LiteLLM refuses a key with 400, too, and says in the body
// that it was the key.
Judgement JudgeLiteLlm(const HttpResponse& answer);

}  // namespace heirloom
