#include "index/faiss/faiss_index.h"

#include <cmath>
#include <exception>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <utility>

#include "appliance/base/log.h"
#include "index/faiss/chunk_memory.h"
#include "index/faiss/chunk_store.h"

namespace heirloom {
namespace {

using faiss_index::ChunkMemory;
using faiss_index::ChunkStore;

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

tl::unexpected<Error> NoGeneration() {
  return Fail(ErrorCode::kConflict, "the index of chunks has no generation yet");
}

// What was staged for a generation and is not committed.
struct Staged {
  std::vector<ChunkOperation> operations;
  std::optional<Position> position;
  std::uint64_t adopted = 0;  // How often one was adopted when it was staged.
};

// Two locks. `write_` is held by whoever changes the file or the memory: one at a time. `read_`
// protects the memory for searches: held alone only for the moment of a change, which is made while
// `write_` is held.
class FaissIndex final : public ChunkIndex {
 public:
  FaissIndex(ChunkStore store, ChunkStore reading, const Clock& clock)
      : store_(std::move(store)), reading_(std::move(reading)), clock_(clock) {}

  Status Apply(const std::vector<ChunkOperation>& operations, const Position& position) override {
    const std::lock_guard lock(write_);
    const auto current = store_.Current();
    if (!current) return Dropped(ErrorOf(current));
    if (!*current) return NoGeneration();
    if (Status good = CheckOperations(operations, (*current)->model); !good) return good;
    staged_.operations.insert(staged_.operations.end(), operations.begin(), operations.end());
    staged_.position = position;
    return {};
  }

  Status Commit() override {
    const std::lock_guard lock(write_);
    const Staged staged = std::exchange(staged_, {});
    if (!staged.position) return {};
    const auto current = store_.Current();
    if (!current) return ErrorOf(current);
    if (!*current) return NoGeneration();
    const auto done = store_.Commit(**current, staged.operations, *staged.position, clock_.Now());
    if (!done) return ErrorOf(done);
    if (!memory_) return {};
    const std::unique_lock alone(read_);
    try {
      for (const ChunkOperation* each : *done) Tell(*memory_, *each);
    } catch (const std::exception& error) {
      // It is on disk: the next search reads it from there.
      LogWarn("the vectors in memory are read again", {{"reason", error.what()}});
      memory_.reset();
    }
    return {};
  }

  Result<std::optional<ChunkIndexState>> Committed() const override {
    const std::lock_guard lock(write_);
    const auto current = store_.Current();
    if (!current) return ErrorOf(current);
    if (!*current || !(*current)->position) return std::optional<ChunkIndexState>();
    return std::optional(ChunkIndexState{*(*current)->position, (*current)->model});
  }

  Result<IndexedPage> Scan(const std::string& after, std::size_t limit) const override {
    const std::lock_guard lock(look_);
    const auto current = reading_.Current();
    if (!current) return ErrorOf(current);
    if (!*current) return IndexedPage{};
    return reading_.Scan((*current)->number, after, limit);
  }

  Result<std::size_t> Sweep(std::int64_t before, std::int64_t passed) override {
    const std::lock_guard lock(write_);
    const auto current = store_.Current();
    if (!current) return ErrorOf(current);
    if (!*current) return std::size_t{0};
    return store_.Sweep((*current)->number, before, passed);
  }

  Result<std::unique_ptr<ChunkGeneration>> StartGeneration(const EmbeddingModel& model) override;
  Status Adopt(std::unique_ptr<ChunkGeneration> generation) override;

  Result<std::vector<ChunkHit>> Knn(const ChunkQuery& query) const override {
    if (query.limit == 0 || query.limit > kMaxNearest) {
      return Fail(ErrorCode::kInvalidArgument, "from 1 to 1,000 nearest stories are found");
    }
    while (true) {
      const auto loaded = Load();
      if (!loaded) return ErrorOf(loaded);
      if (!*loaded) return std::vector<ChunkHit>();
      const std::shared_lock lock(read_);
      // Else another generation was adopted just now.
      if (memory_) return Nearest(query);
    }
  }

  Result<std::map<std::string, Vector>> Known(
      const std::string& model, const std::vector<std::string>& hashes) const override {
    if (hashes.size() > kMaxHashes) {
      return Fail(ErrorCode::kInvalidArgument, "too many vectors are asked for at once");
    }
    const std::lock_guard lock(look_);
    return reading_.Known(model, hashes);
  }

  Status Remember(const EmbeddingModel& model,
                  const std::map<std::string, Vector>& vectors) override {
    for (const auto& [hash, vector] : vectors) {
      if (!IsVectorOf(vector, model)) {
        return Fail(ErrorCode::kInvalidArgument, "a vector that is none of " + model.id);
      }
    }
    const std::lock_guard lock(write_);
    return store_.Remember(model, vectors, clock_.Now());
  }

 private:
  class Generation;

  // Of what is in memory; under read_.
  Result<std::vector<ChunkHit>> Nearest(const ChunkQuery& query) const {
    if (memory_->model().id != query.model) {
      return Fail(ErrorCode::kConflict, "the index of chunks is of the model " +
                                            memory_->model().id + ", not of " + query.model);
    }
    if (!IsVectorOf(query.vector, memory_->model())) {
      return Fail(ErrorCode::kInvalidArgument, "a vector that is none of " + query.model);
    }
    if (query.readers.empty()) return std::vector<ChunkHit>();
    try {
      return memory_->Nearest(query);
    } catch (const std::exception& error) {
      return Fail(ErrorCode::kInternal, std::string("the nearest vectors: ") + error.what());
    }
  }

  Status Dropped(Status why) {
    staged_ = {};
    return why;
  }

  static void Tell(ChunkMemory& memory, const ChunkOperation& operation) {
    if (const auto* put = std::get_if<PutChunks>(&operation)) {
      memory.Put(put->chunks);
    } else {
      const auto& drop = std::get<DropChunks>(operation);
      memory.Drop(drop.tenant_id, drop.id);
    }
  }

  // The first search reads what lies on disk; those that come meanwhile wait for it. False: there
  // is no generation to read.
  Result<bool> Load() const {
    {
      const std::shared_lock lock(read_);
      if (memory_) return true;
    }
    const std::lock_guard lock(write_);
    if (memory_) return true;
    const auto current = store_.Current();
    if (!current) return ErrorOf(current);
    if (!*current) return false;
    std::unique_ptr<ChunkMemory> memory;
    try {
      memory = std::make_unique<ChunkMemory>((*current)->model);
      Status read = store_.ReadAll(**current, [&](const StoryChunks& each) { memory->Put(each); });
      if (!read) return ErrorOf(read);
    } catch (const std::exception& error) {
      return Fail(ErrorCode::kUnavailable, std::string("reading the vectors: ") + error.what());
    }
    const std::unique_lock alone(read_);
    memory_ = std::move(memory);
    return true;
  }

  mutable std::mutex write_;
  mutable ChunkStore store_;
  mutable std::mutex look_;
  mutable ChunkStore reading_;
  const Clock& clock_;

  Staged staged_;
  bool building_ = false;

  mutable std::shared_mutex read_;
  mutable std::unique_ptr<ChunkMemory> memory_;  // None until it is asked for.
};

class FaissIndex::Generation final : public ChunkGeneration {
 public:
  Generation(FaissIndex& index, ChunkStore::Generation about)
      : index_(index), about_(std::move(about)) {}
  ~Generation() override {
    const std::lock_guard lock(index_.write_);
    index_.building_ = false;
    if (adopted_) return;
    if (const Status done = index_.store_.GiveUp(about_.number); !done) {
      LogWarn("a generation of vectors was left over", {{"reason", done.error().message}});
    }
  }
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  Status Apply(const std::vector<ChunkOperation>& operations, const Position& position) override {
    if (Status good = CheckOperations(operations, about_.model); !good) return good;
    staged_.operations.insert(staged_.operations.end(), operations.begin(), operations.end());
    staged_.position = position;
    return {};
  }

  Status Commit() override {
    const Staged staged = std::exchange(staged_, {});
    if (!staged.position) return {};
    const std::lock_guard lock(index_.write_);
    const auto done =
        index_.store_.Commit(about_, staged.operations, *staged.position, index_.clock_.Now());
    if (!done) return ErrorOf(done);
    return {};
  }

  std::int64_t number() const { return about_.number; }
  bool BelongsTo(const FaissIndex& index) const { return &index_ == &index; }
  void SetAdopted() { adopted_ = true; }

 private:
  FaissIndex& index_;
  const ChunkStore::Generation about_;
  Staged staged_;
  bool adopted_ = false;
};

Result<std::unique_ptr<ChunkGeneration>> FaissIndex::StartGeneration(const EmbeddingModel& model) {
  if (model.dimensions == 0 || model.dimensions > Embedder::kMaxDimensions || model.id.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "a model that makes no vectors");
  }
  const std::lock_guard lock(write_);
  if (building_) return Fail(ErrorCode::kConflict, "a generation is being built already");
  auto started = store_.Start(model);
  if (!started) return ErrorOf(started);
  building_ = true;
  return std::make_unique<Generation>(*this, std::move(*started));
}

Status FaissIndex::Adopt(std::unique_ptr<ChunkGeneration> generation) {
  auto* ours = dynamic_cast<Generation*>(generation.get());
  if (!ours || !ours->BelongsTo(*this)) {
    return Fail(ErrorCode::kInternal, "a generation of another index cannot be adopted");
  }
  const std::lock_guard lock(write_);
  staged_ = {};
  // Cleared last, by its destructor, which takes the lock: so it must not go while we hold it.
  if (Status done = store_.Adopt(ours->number()); !done) return done;
  ours->SetAdopted();
  const std::unique_lock alone(read_);
  memory_.reset();
  return {};
}

}  // namespace

Result<std::unique_ptr<ChunkIndex>> OpenFaissIndex(const FaissOptions& options,
                                                   const Clock& clock) {
  auto store = ChunkStore::Open(options.file);
  if (!store) return ErrorOf(store);
  auto reading = ChunkStore::OpenBeside(options.file);
  if (!reading) return ErrorOf(reading);
  return std::make_unique<FaissIndex>(std::move(*store), std::move(*reading), clock);
}

}  // namespace heirloom
