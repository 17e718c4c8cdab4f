// Embedder is the port to a model that turns a text into a vector, so that texts that mean alike
// lie near each other. `index/minilm` runs one in this process; another adapter asks a server. What
// every implementation promises is written as tests in tests/contract/embedder_contract.cc: change
// promise and test together.
//
// Vectors have the length 1, so that the inner product of two is their cosine. The same text gives
// the same vector each time (a server's may differ in the last bits), whatever stands beside it in
// the call and however many calls run at once.
//
// The model is found when it is first needed, not when the adapter is made: nothing else waits for
// it. While it is missing or cannot be reached, each call says so as kUnavailable, in words that
// tell an operator what to do, and the next call looks again.
//
// Thread-safe: any method, any thread. An implementation bounds by itself how many processors or
// connections it uses at once; calls beyond that wait, at most 30 seconds, then kUnavailable.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "appliance/base/result.h"

namespace heirloom {

using Vector = std::vector<float>;

struct EmbeddingModel {
  // Names the space the vectors lie in: it changes whenever the same text would give another
  // vector. At most 200 bytes of printable ASCII: "builtin:minilm/53aa51172d14".
  std::string id;
  std::size_t dimensions = 0;  // 1 to kMaxDimensions.
  // What the model reads of a text, in its own tokens; the rest is passed over in silence, so cut
  // texts into chunks before.
  std::size_t max_tokens = 0;

  friend bool operator==(const EmbeddingModel&, const EmbeddingModel&) = default;
};

class Embedder {
 public:
  static constexpr std::size_t kMaxTexts = 64;              // In one call.
  static constexpr std::size_t kMaxTextBytes = 256 * 1024;  // Of each text.
  static constexpr std::size_t kMaxDimensions = 4096;

  virtual ~Embedder() = default;

  // May load the model, or ask the server for one vector to count its numbers. Once it gave a
  // value it gives the same one as long as this object lives. kUnavailable as above.
  virtual Result<EmbeddingModel> Model() = 0;

  // A vector for each text, in their order, of Model()'s dimensions, with finite numbers. All or
  // nothing. A text without a word the model knows, an empty one too, still gives a vector.
  // kInvalidArgument: no text, more than kMaxTexts, one beyond kMaxTextBytes, not UTF-8 or with
  // U+0000. kUnavailable as above, with a time to try again where one is known; kInternal when what
  // came back is no vector of this model, as another number of dimensions.
  //
  // Costly: some ten milliseconds of a processor for each text, or a request. No lock held.
  virtual Result<std::vector<Vector>> Embed(std::span<const std::string> texts) = 0;
};

}  // namespace heirloom
