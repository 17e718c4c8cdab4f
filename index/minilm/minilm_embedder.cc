#include "index/minilm/minilm_embedder.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <semaphore>
#include <utility>

#include "appliance/base/text.h"
#include "index/minilm/tensor_file.h"
#include "index/minilm/transformer.h"
#include "index/minilm/word_pieces.h"

namespace heirloom {
namespace {

using minilm::TensorFile;
using minilm::Transformer;
using minilm::WordPieces;

constexpr std::size_t kMaxTokens = 256;
constexpr std::ptrdiff_t kMostAtOnce = 64;
constexpr std::chrono::seconds kWaitForTurn{30};
// Beginning of the SHA-256 of the weights; what they are is checked where they are fetched.
constexpr char kModelId[] = "builtin:minilm/53aa51172d14";

struct Loaded {
  Loaded(TensorFile weights_file, WordPieces word_pieces)
      : weights(std::move(weights_file)), pieces(std::move(word_pieces)) {}

  const TensorFile weights;
  const WordPieces pieces;
  Transformer model;
};

class MiniLm final : public Embedder {
 public:
  explicit MiniLm(const MiniLmOptions& options)
      : folder_(options.folder), turns_(static_cast<std::ptrdiff_t>(options.at_once)) {}

  Result<EmbeddingModel> Model() override {
    const auto loaded = Load();
    if (!loaded) return ErrorOf(loaded);
    return EmbeddingModel{kModelId, Transformer::kWidth, kMaxTokens};
  }

  Result<std::vector<Vector>> Embed(std::span<const std::string> texts) override {
    if (texts.empty() || texts.size() > kMaxTexts) {
      return Fail(ErrorCode::kInvalidArgument, "from 1 to 64 texts are embedded at once");
    }
    for (const std::string& text : texts) {
      if (text.size() > kMaxTextBytes) {
        return Fail(ErrorCode::kInvalidArgument, "a text is too long to be embedded");
      }
      if (!IsStorableText(text)) return Fail(ErrorCode::kInvalidArgument, "a text is not UTF-8");
    }
    const auto loaded = Load();
    if (!loaded) return ErrorOf(loaded);
    std::vector<Vector> vectors;
    vectors.reserve(texts.size());
    for (const std::string& text : texts) {
      auto vector = EmbedOne(**loaded, text);
      if (!vector) return ErrorOf(vector);
      vectors.push_back(std::move(*vector));
    }
    return vectors;
  }

 private:
  // One text a turn, so that a search waits for one chunk of a long story and not for all of them.
  Result<Vector> EmbedOne(const Loaded& loaded, const std::string& text) {
    if (!turns_.try_acquire_for(kWaitForTurn)) {
      return Fail(ErrorCode::kUnavailable, "too many texts wait for being embedded");
    }
    Vector vector = loaded.model.Embed(loaded.pieces.Cut(text, kMaxTokens));
    turns_.release();
    return vector;
  }

  Result<const Loaded*> Load() {
    const std::lock_guard lock(mutex_);
    if (loaded_) return loaded_.get();
    auto weights = TensorFile::Open(folder_ / "model.safetensors");
    if (!weights) return Missing(weights.error());
    auto pieces = WordPieces::Open(folder_ / "tokenizer.json");
    if (!pieces) return Missing(pieces.error());
    auto loaded = std::make_unique<Loaded>(std::move(*weights), std::move(*pieces));
    auto model =
        Transformer::Over(loaded->weights, static_cast<std::size_t>(loaded->pieces.size()));
    if (!model) return Missing(model.error());
    loaded->model = *model;
    loaded_ = std::move(loaded);
    return loaded_.get();
  }

  tl::unexpected<Error> Missing(const Error& why) const {
    return Fail(ErrorCode::kUnavailable,
                "the model all-MiniLM-L6-v2 cannot be used (" + why.message +
                    "): put its model.safetensors and tokenizer.json into " + folder_.string() +
                    ", as ./dev build does, or set index.embedder = \"none\"");
  }

  const std::filesystem::path folder_;
  std::counting_semaphore<kMostAtOnce> turns_;
  std::mutex mutex_;
  std::unique_ptr<const Loaded> loaded_;
};

}  // namespace

std::unique_ptr<Embedder> OpenMiniLm(const MiniLmOptions& options) {
  return std::make_unique<MiniLm>(options);
}

}  // namespace heirloom
