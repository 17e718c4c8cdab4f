#include "index/opensearch/opensearch_chunks.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "appliance/base/json.h"
#include "appliance/base/log.h"
#include "index/opensearch/chunk_query.h"
#include "index/opensearch/connection.h"
#include "index/opensearch/document.h"
#include "index/opensearch/generations.h"
#include "index/opensearch/remembered_vectors.h"
#include "index/opensearch/scan.h"
#include "index/opensearch/schema.h"
#include "index/opensearch/target.h"

namespace heirloom {
namespace {

using opensearch::Connection;
using opensearch::Generations;
using opensearch::RememberedVectors;
using std::chrono::milliseconds;

constexpr milliseconds kTimeout{30'000};
constexpr std::size_t kMaxHashes = 1000;

bool IsVectorOf(const Vector& vector, const EmbeddingModel& model) {
  if (vector.size() != model.dimensions) return false;
  for (const float each : vector) {
    if (!std::isfinite(each)) return false;
  }
  return true;
}

Status CheckOperations(const std::vector<ChunkOperation>& operations, const EmbeddingModel& model) {
  for (const ChunkOperation& operation : operations) {
    const auto* put = std::get_if<PutChunks>(&operation);
    if (!put) continue;
    if (put->chunks.chunks.size() > StoryChunks::kMaxChunks) {
      return Fail(ErrorCode::kInvalidArgument, "a story of too many chunks");
    }
    for (const Chunk& chunk : put->chunks.chunks) {
      if (!IsVectorOf(chunk.vector, model)) {
        return Fail(ErrorCode::kInvalidArgument, "a vector that is none of " + model.id);
      }
    }
  }
  return {};
}

// An index of passages, by the name that no alias can move, and what its vectors are of.
struct About {
  std::string index;
  EmbeddingModel model;
};

// A generation and all that writes to it. Its index goes with it, unless it is kept.
class Generation {
 public:
  Generation(const Generations& family, const Connection& connection, Pauses& pauses,
             RememberedVectors& vectors, const Clock& clock, About about, bool keep)
      : kept(keep),
        family_(family),
        vectors_(vectors),
        clock_(clock),
        about_(std::move(about)),
        target_(connection, pauses, about_.index) {}
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;
  ~Generation() {
    if (kept) return;
    if (const Status removed = family_.Remove(about_.index); !removed) {
      LogWarn("an index of passages that is not needed any more stays for now",
              {{"index", about_.index}, {"reason", removed.error().message}});
    }
  }

  const About& about() const { return about_; }

  Status Apply(const std::vector<ChunkOperation>& operations, const Position& position) {
    if (Status good = CheckOperations(operations, about_.model); !good) return good;
    for (const ChunkOperation& operation : operations) {
      if (Status s = Stage(operation); !s) return s;
    }
    target_.Reach(position);
    return {};
  }
  // What embedding cost is kept first: it is of use whatever becomes of the rest.
  Status Commit() {
    const auto vectors = std::exchange(staged_vectors_, {});
    Status done = vectors_.Put(about_.model, vectors, clock_.Now().micros);
    if (done) return target_.Commit();
    target_.DropStaged();
    return done;
  }
  Result<std::size_t> Sweep(std::int64_t before, std::int64_t passed) {
    return target_.Sweep(before, passed);
  }
  void DropStaged() {
    staged_vectors_.clear();
    target_.DropStaged();
  }

  std::atomic<bool> kept;

 private:
  Status Stage(const ChunkOperation& operation) {
    if (const auto* drop = std::get_if<DropChunks>(&operation)) {
      return Sent(target_.Put(opensearch::KeyOf(drop->tenant_id, drop->id), drop->version,
                              opensearch::TombstoneJson(*drop)));
    }
    const auto& put = std::get<PutChunks>(operation);
    const StoryDocument& story = put.chunks.story;
    for (const Chunk& chunk : put.chunks.chunks) {
      staged_vectors_.insert_or_assign(chunk.content_hash, chunk.vector);
    }
    if (staged_vectors_.size() > kMaxHashes) {
      const auto vectors = std::exchange(staged_vectors_, {});
      if (Status s = vectors_.Put(about_.model, vectors, clock_.Now().micros); !s) return Sent(s);
    }
    return Sent(target_.Put(opensearch::KeyOf(story.tenant_id, story.id), put.version,
                            opensearch::ChunksJson(put)));
  }
  Status Sent(Status sent) {
    if (!sent) DropStaged();
    return sent;
  }

  const Generations& family_;
  RememberedVectors& vectors_;
  const Clock& clock_;
  const About about_;
  opensearch::Target target_;
  std::map<std::string, Vector> staged_vectors_;
};

class NextGeneration final : public ChunkGeneration {
 public:
  explicit NextGeneration(std::shared_ptr<Generation> generation)
      : generation_(std::move(generation)) {}

  Status Apply(const std::vector<ChunkOperation>& operations, const Position& position) override {
    return generation_->Apply(operations, position);
  }
  Status Commit() override { return generation_->Commit(); }

  std::shared_ptr<Generation> Take() { return std::move(generation_); }

 private:
  std::shared_ptr<Generation> generation_;
};

tl::unexpected<Error> NoGeneration() {
  return Fail(ErrorCode::kConflict, "the index of chunks has no generation yet");
}

tl::unexpected<Error> Replaced() {
  return FailForNow(ErrorCode::kUnavailable, "the index of chunks was replaced", 1);
}

bool IsGone(const Error& error) { return error.code == ErrorCode::kNotFound; }

class ChunksInOpenSearch final : public RemoteChunkIndex {
 public:
  ChunksInOpenSearch(const OpenSearchOptions& options, std::unique_ptr<HttpClient> client,
                     Pauses& pauses, const Clock& clock)
      : query_limit_(options.query_limit),
        client_(std::move(client)),
        connection_(*client_, options.url),
        pauses_(pauses),
        clock_(clock),
        generations_(connection_, options.prefix + "-" + std::string(opensearch::kChunksSchema),
                     opensearch::ChunksDefinition()),
        vectors_(connection_, pauses,
                 options.prefix + "-" + std::string(opensearch::kVectorsSchema)) {}

  Status Provision() override {
    if (Status s = generations_.PutTemplate(); !s) return s;
    return vectors_.Provision();
  }

  Status Apply(const std::vector<ChunkOperation>& operations, const Position& position) override {
    const auto current = Writing();
    if (!current) return ErrorOf(current);
    return Heard((*current)->Apply(operations, position));
  }

  Status Commit() override {
    const auto written = std::exchange(written_, nullptr);
    return written ? Heard(written->Commit()) : Status();
  }

  Result<std::optional<ChunkIndexState>> Committed() const override {
    const auto about = Asked(kTimeout);
    if (!about) return ErrorOf(about);
    if (!*about) return std::optional<ChunkIndexState>();
    const auto reached = opensearch::ReadReached(connection_, (*about)->index, kTimeout);
    if (!reached) return IsGone(reached.error()) ? Replaced() : ErrorOf(reached);
    if (!reached->position) return std::optional<ChunkIndexState>();
    return std::optional(ChunkIndexState{*reached->position, (*about)->model});
  }

  Result<IndexedPage> Scan(const std::string& after, std::size_t limit) const override {
    auto page = opensearch::ScanStories(connection_, generations_.Name(), after, limit);
    if (!page && IsGone(page.error())) return IndexedPage{};
    return page;
  }

  Result<std::size_t> Sweep(std::int64_t before, std::int64_t passed) override {
    const auto current = Writing();
    if (!current && current.error().code == ErrorCode::kConflict) return std::size_t{0};
    if (!current) return ErrorOf(current);
    const About& about = (*current)->about();
    if (Status s = Heard(vectors_.Sweep(before, about.index, about.model.id)); !s) {
      return ErrorOf(s);
    }
    return Heard((*current)->Sweep(before, passed));
  }

  Result<std::unique_ptr<ChunkGeneration>> StartGeneration(const EmbeddingModel& model) override {
    if (model.dimensions == 0 || model.dimensions > Embedder::kMaxDimensions || model.id.empty()) {
      return Fail(ErrorCode::kInvalidArgument, "a model that makes no vectors");
    }
    if (!next_.expired()) {
      return Fail(ErrorCode::kConflict, "another generation is being built");
    }
    const auto index = generations_.Start();
    if (!index) return ErrorOf(index);
    auto next = Open({*index, model}, false);
    const auto mapped = connection_.Get(
        {"PUT", "/" + *index + "/_mapping", opensearch::ChunksMapping(model), kTimeout});
    if (!mapped) return ErrorOf(mapped);
    next_ = next;
    return std::make_unique<NextGeneration>(std::move(next));
  }

  Status Adopt(std::unique_ptr<ChunkGeneration> generation) override {
    auto* ours = dynamic_cast<NextGeneration*>(generation.get());
    if (ours == nullptr) Panic("a generation of another index");
    std::shared_ptr<Generation> next = ours->Take();
    next->DropStaged();
    written_.reset();
    const auto replaced = Current();
    if (!replaced && replaced.error().code != ErrorCode::kConflict) return ErrorOf(replaced);
    bool moved = false;
    const Status switched = generations_.MakeCurrent(next->about().index, moved);
    next->kept = moved;  // Should nobody know, the next one that is started sweeps.
    next_.reset();
    if (!switched) {
      if (moved) current_.reset();
      return switched;
    }
    if (replaced) (*replaced)->kept = false;
    current_ = std::move(next);
    return {};
  }

  Result<std::vector<ChunkHit>> Knn(const ChunkQuery& query) const override {
    if (query.limit == 0 || query.limit > kMaxNearest) {
      return Fail(ErrorCode::kInvalidArgument, "from 1 to 1,000 nearest stories are found");
    }
    const auto until = std::chrono::steady_clock::now() + query_limit_;
    const auto left = [until] {
      return std::chrono::duration_cast<milliseconds>(until - std::chrono::steady_clock::now());
    };
    // One that is replaced between the two questions is gone for the second: asked once more.
    for (int tries = 0; tries < 2; ++tries) {
      const auto about = Asked(left());
      if (!about) return ErrorOf(about);
      if (!*about) return std::vector<ChunkHit>();
      if (Status fits = Fits(query, (*about)->model); !fits) return ErrorOf(fits);
      if (query.readers.empty()) return std::vector<ChunkHit>();
      auto hits = Nearest(query, (*about)->index, left());
      if (hits || !IsGone(hits.error())) return hits;
    }
    return Replaced();
  }

  Result<std::map<std::string, Vector>> Known(
      const std::string& model, const std::vector<std::string>& hashes) const override {
    if (hashes.size() > kMaxHashes) {
      return Fail(ErrorCode::kInvalidArgument, "too many vectors are asked for at once");
    }
    return vectors_.Known(model, hashes);
  }

  Status Remember(const EmbeddingModel& model,
                  const std::map<std::string, Vector>& vectors) override {
    for (const auto& [hash, vector] : vectors) {
      if (!IsVectorOf(vector, model)) {
        return Fail(ErrorCode::kInvalidArgument, "a vector that is none of " + model.id);
      }
    }
    return vectors_.Put(model, vectors, clock_.Now().micros);
  }

 private:
  std::shared_ptr<Generation> Open(About about, bool keep) {
    return std::make_shared<Generation>(generations_, connection_, pauses_, vectors_, clock_,
                                        std::move(about), keep);
  }

  // What is asked now; nullopt: nothing was adopted yet.
  Result<std::optional<About>> Asked(milliseconds timeout) const {
    const auto answer = connection_.Get(
        {"GET", "/" + generations_.Name() + "/_mapping?filter_path=*.mappings._meta", "", timeout});
    if (!answer && IsGone(answer.error())) return std::optional<About>();
    if (!answer) return ErrorOf(answer);
    const std::vector<std::string> indexes = answer->Keys();
    if (indexes.empty()) return std::optional<About>();
    const Json meta = answer->Get(indexes.back()).Get("mappings").Get("_meta");
    const Json model = meta.IsObject() ? meta.Get("model") : Json();
    const auto size = [&meta](std::string_view key) {
      return static_cast<std::size_t>(meta.Get(key).AsInteger());
    };
    if (!model.IsString()) return std::optional<About>();
    return std::optional(About{
        indexes.back(), {std::string(model.AsString()), size("dimensions"), size("max_tokens")}});
  }

  Result<std::shared_ptr<Generation>> Current() {
    if (current_) return current_;
    const auto about = Asked(kTimeout);
    if (!about) return ErrorOf(about);
    if (!*about) return NoGeneration();
    current_ = Open(**about, true);
    return current_;
  }

  // The current one, to stage something.
  Result<std::shared_ptr<Generation>> Writing() {
    auto current = Current();
    if (current) written_ = *current;
    return current;
  }

  // An index that is gone was replaced by another process, or removed: looked for again.
  template <typename Answer>
  Answer Heard(Answer answer) {
    if (answer || !IsGone(answer.error())) return answer;
    if (current_) current_->DropStaged();
    current_.reset();
    written_.reset();
    return Replaced();
  }

  static Status Fits(const ChunkQuery& query, const EmbeddingModel& model) {
    if (model.id != query.model) {
      return Fail(ErrorCode::kConflict,
                  "the index of chunks is of the model " + model.id + ", not of " + query.model);
    }
    if (!IsVectorOf(query.vector, model)) {
      return Fail(ErrorCode::kInvalidArgument, "a vector that is none of " + query.model);
    }
    return {};
  }

  Result<std::vector<ChunkHit>> Nearest(const ChunkQuery& query, const std::string& index,
                                        milliseconds left) const {
    const auto answer = connection_.Get(
        {"POST",
         "/" + index +
             "/_search?allow_partial_search_results=false&request_cache=false&filter_path="
             "timed_out,hits.hits._source,hits.hits.sort,hits.hits.inner_hits.chunks.hits.hits",
         opensearch::NearestJson(query), left});
    if (!answer) return ErrorOf(answer);
    const Json timed_out = answer->IsObject() ? answer->Get("timed_out") : Json();
    if (timed_out.kind() != Json::Kind::kBool || timed_out.AsBool()) {
      return FailForNow(ErrorCode::kUnavailable, "OpenSearch did not search all in time", 1);
    }
    return opensearch::ReadNearest(*answer);
  }

  const milliseconds query_limit_;
  const std::unique_ptr<HttpClient> client_;
  const Connection connection_;
  Pauses& pauses_;
  const Clock& clock_;
  const Generations generations_;
  RememberedVectors vectors_;

  // Of who writes. Searches ask the alias each time.
  std::shared_ptr<Generation> current_;
  std::shared_ptr<Generation> written_;
  std::weak_ptr<Generation> next_;
};

}  // namespace

std::unique_ptr<RemoteChunkIndex> OpenOpenSearchChunks(const OpenSearchOptions& options,
                                                       std::unique_ptr<HttpClient> client,
                                                       Pauses& pauses, const Clock& clock) {
  return std::make_unique<ChunksInOpenSearch>(options, std::move(client), pauses, clock);
}

}  // namespace heirloom
