#include "appliance/search/embedding_index.h"

#include <algorithm>
#include <utility>

#include "appliance/base/encoding.h"
#include "appliance/search/chunker.h"

namespace heirloom {
namespace {

constexpr std::size_t kEmbeddedAtOnce = 16;  // Some seconds of one processor.
constexpr std::size_t kHashesAtOnce = 1000;

tl::unexpected<Error> CalledOff() {
  return Fail(ErrorCode::kUnavailable, "embedding stories was called off");
}

// A story of the batch with its chunks, whose vectors are still to come.
PutChunks Cut(const PutStory& put) {
  PutChunks cut;
  cut.version = put.version;
  cut.chunks.story = put.document;
  cut.chunks.story.title.clear();
  cut.chunks.story.text.clear();
  return cut;
}

}  // namespace

std::string ContentHashOf(const std::string& tenant_id, const std::string& embedded) {
  return Sha256Hex(tenant_id + "\n" + embedded);
}

class EmbeddingIndex::Generation final : public SearchGeneration {
 public:
  Generation(EmbeddingIndex& index, std::unique_ptr<ChunkGeneration> chunks)
      : index_(index), chunks_(std::move(chunks)) {}

  Status Apply(const std::vector<IndexOperation>& operations, const Position& position) override {
    const auto embedded = index_.Embed(operations);
    if (!embedded) return ErrorOf(embedded);
    return chunks_->Apply(*embedded, position);
  }
  Status Commit() override { return chunks_->Commit(); }

  std::unique_ptr<ChunkGeneration> Take() { return std::move(chunks_); }

 private:
  EmbeddingIndex& index_;
  std::unique_ptr<ChunkGeneration> chunks_;
};

Status EmbeddingIndex::Apply(const std::vector<IndexOperation>& operations,
                             const Position& position) {
  const auto embedded = Embed(operations);
  if (!embedded) return ErrorOf(embedded);
  return chunks_.Apply(*embedded, position);
}

Result<std::optional<Position>> EmbeddingIndex::Committed() const {
  const auto state = chunks_.Committed();
  if (!state) return ErrorOf(state);
  if (!*state) return std::optional<Position>();
  // While the model is missing, what there is stays: it may be back tomorrow.
  const auto model = embedder_.Model();
  if (model && *model != (*state)->model) return std::optional<Position>();
  return std::optional((*state)->position);
}

Result<std::unique_ptr<SearchGeneration>> EmbeddingIndex::StartGeneration() {
  const auto model = embedder_.Model();
  if (!model) return ErrorOf(model);
  auto chunks = chunks_.StartGeneration(*model);
  if (!chunks) return ErrorOf(chunks);
  return std::make_unique<Generation>(*this, std::move(*chunks));
}

Status EmbeddingIndex::Adopt(std::unique_ptr<SearchGeneration> generation) {
  auto* ours = dynamic_cast<Generation*>(generation.get());
  if (!ours) return Fail(ErrorCode::kInternal, "a generation of another index cannot be adopted");
  return chunks_.Adopt(ours->Take());
}

Result<std::vector<ChunkOperation>> EmbeddingIndex::Embed(
    const std::vector<IndexOperation>& operations) {
  std::vector<ChunkOperation> done;
  std::map<std::string, std::string> texts;  // By content hash.
  for (const IndexOperation& operation : operations) {
    const auto* put = std::get_if<PutStory>(&operation);
    if (!put) {
      done.emplace_back(std::get<DropStory>(operation));
      continue;
    }
    PutChunks cut = Cut(*put);
    for (TextChunk& chunk :
         CutIntoChunks(put->document.title, put->document.text, StoryChunks::kMaxChunks)) {
      std::string hash = ContentHashOf(put->document.tenant_id, chunk.embedded);
      texts.emplace(hash, std::move(chunk.embedded));
      cut.chunks.chunks.push_back({chunk.begin, chunk.end, std::move(hash), {}});
    }
    done.emplace_back(std::move(cut));
  }
  if (texts.empty()) return done;
  auto vectors = VectorsOf(texts);
  if (!vectors) return ErrorOf(vectors);
  for (ChunkOperation& operation : done) {
    auto* put = std::get_if<PutChunks>(&operation);
    if (!put) continue;
    for (Chunk& chunk : put->chunks.chunks) chunk.vector = vectors->at(chunk.content_hash);
  }
  return done;
}

Result<EmbeddingIndex::ByHash<Vector>> EmbeddingIndex::VectorsOf(const ByHash<std::string>& texts) {
  const auto model = embedder_.Model();
  if (!model) return ErrorOf(model);
  ByHash<Vector> vectors;
  std::vector<std::string> hashes;
  for (auto text = texts.begin(); text != texts.end();) {
    hashes.clear();
    for (; text != texts.end() && hashes.size() < kHashesAtOnce; ++text) {
      hashes.push_back(text->first);
    }
    auto known = chunks_.Known(model->id, hashes);
    if (!known) return ErrorOf(known);
    vectors.merge(*known);
  }
  reused_ += static_cast<std::int64_t>(vectors.size());
  hashes.clear();
  for (const auto& [hash, text] : texts) {
    if (!vectors.contains(hash)) hashes.push_back(hash);
  }
  for (std::size_t begin = 0; begin < hashes.size(); begin += kEmbeddedAtOnce) {
    if (called_off_) return CalledOff();
    const std::size_t count = std::min(kEmbeddedAtOnce, hashes.size() - begin);
    auto made = Make(*model, texts, std::span(hashes).subspan(begin, count));
    if (!made) return ErrorOf(made);
    vectors.merge(*made);
  }
  return vectors;
}

Result<EmbeddingIndex::ByHash<Vector>> EmbeddingIndex::Make(const EmbeddingModel& model,
                                                            const ByHash<std::string>& texts,
                                                            std::span<const std::string> hashes) {
  std::vector<std::string> asked;
  for (const std::string& hash : hashes) asked.push_back(texts.at(hash));
  auto vectors = embedder_.Embed(asked);
  if (!vectors) return ErrorOf(vectors);
  ByHash<Vector> made;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    made.emplace(hashes[i], std::move(vectors->at(i)));
  }
  embedded_ += static_cast<std::int64_t>(hashes.size());
  if (Status kept = chunks_.Remember(model, made); !kept) return ErrorOf(kept);
  return made;
}

}  // namespace heirloom
