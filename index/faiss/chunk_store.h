#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "appliance/base/clock.h"
#include "index/chunk_index.h"
#include "index/faiss/sqlite_file.h"

namespace heirloom::faiss_index {

// What lies on disk: generations of stories and their chunks, and vectors by (model, content hash),
// which all generations share. Not thread-safe.
class ChunkStore {
 public:
  // Opened empty when it is damaged or of another version of the schema.
  static Result<ChunkStore> Open(const std::filesystem::path& file);
  // A second connection to a file that is open, for reading beside the first.
  static Result<ChunkStore> OpenBeside(const std::filesystem::path& file);

  struct Generation {
    std::int64_t number = 0;
    EmbeddingModel model;
    std::optional<Position> position;  // None: nothing was committed in it.
  };
  // The one that is asked.
  Result<std::optional<Generation>> Current();

  Result<Generation> Start(const EmbeddingModel& model);
  Status GiveUp(std::int64_t generation);
  // Puts it in the place of all others.
  Status Adopt(std::int64_t generation);

  // One transaction. Gives the operations that were not ignored for an older version, in order.
  Result<std::vector<const ChunkOperation*>> Commit(const Generation& generation,
                                                    const std::vector<ChunkOperation>& operations,
                                                    const Position& position, Time now);

  // Every story of a generation with its chunks and their vectors.
  Status ReadAll(const Generation& generation, const std::function<void(StoryChunks)>& take);
  Result<IndexedPage> Scan(std::int64_t generation, const std::string& after, std::size_t limit);
  Result<std::size_t> Sweep(std::int64_t generation, std::int64_t before, std::int64_t passed);

  Result<std::map<std::string, Vector>> Known(const std::string& model,
                                              const std::vector<std::string>& hashes);
  Status Remember(const EmbeddingModel& model, const std::map<std::string, Vector>& vectors,
                  Time now);

 private:
  explicit ChunkStore(SqliteFile file) : file_(std::move(file)) {}

  Status SetUp();
  Status Clear(std::int64_t generation);
  Result<bool> IsOlder(std::int64_t generation, const ChunkOperation& operation);
  Status Put(const Generation& generation, const PutChunks& put, Time now);
  Status Drop(std::int64_t generation, const DropChunks& drop, Time now);
  Status ReleaseChunks(std::int64_t generation, const std::string& tenant, const Id& id, Time now);
  Status ReadChunks(const Generation& generation, StoryChunks& story);
  Status Keep(const std::string& model, const std::string& hash, const Vector& vector, Time now);

  SqliteFile file_;
};

}  // namespace heirloom::faiss_index
