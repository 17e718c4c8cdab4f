// ChunkIndex is the port to a projection of the stories for finding them by meaning: each story is
// cut into chunks, each chunk has the vector that an Embedder made of it. It can be thrown away and
// built again at any time; the truth is in the Database. `index/faiss` keeps it in the data
// directory. What every implementation promises is written as tests in
// tests/contract/chunk_index_contract.cc: change promise and test together.
//
// Model. All vectors of a generation are of one model and have the length 1. An index without a
// generation, as a new one, holds and finds nothing; the first is started and adopted like any.
//
// Access. Every story carries reader terms, every query brings its reader's; only stories where the
// two sets meet take part in the search. Access and filters are part of it: `limit` stories come
// when so many pass, however many nearer ones the reader may not see. What a reader may not see
// changes neither hits nor their order nor their scores. Two tenants never meet. The caller checks
// every hit again on the truth.
//
// Versions, tombstones, staging, generations: as StoryIndex (index/story_index.h) says. A story's
// chunks are put and dropped all together: no search sees some of the old and some of the new.
//
// What embedding cost. A vector is worth keeping longer than the index that it stands in: it is
// remembered by (model, content hash), so that an edit or a rebuild embeds only what is new.
//
// Thread-safe: what is const may be called from any thread at any time, and so may Remember; the
// rest by one thread at a time. A ChunkGeneration belongs to one thread at a time, and may be
// filled while the index is used in every way.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "appliance/base/result.h"
#include "appliance/domain/position.h"
#include "index/embedder.h"
#include "index/story_index.h"

namespace heirloom {

// A piece of a story's plain text: bytes [begin, end) of it. Its place in StoryChunks is its
// ordinal. Chunks may overlap.
struct Chunk {
  std::size_t begin = 0;
  std::size_t end = 0;
  // Hex SHA-256 of what was embedded, and of the tenant, so that equal words in two tenants have
  // nothing in common. The caller makes it.
  std::string content_hash;
  Vector vector;
};

// A story as the index keeps it. Key: (tenant_id, id).
struct StoryChunks {
  static constexpr std::size_t kMaxChunks = 4096;

  StoryDocument story;        // Without title and text, which are not kept here.
  std::vector<Chunk> chunks;  // None: it is known, and never found.
};

struct PutChunks {
  StoryChunks chunks;
  std::int64_t version = 0;
};
using DropChunks = DropStory;
using ChunkOperation = std::variant<PutChunks, DropChunks>;

inline constexpr std::size_t kMaxNearest = 1'000;

struct ChunkQuery {
  std::string tenant_id;
  std::vector<std::string> readers;  // None: no hits.
  std::string model;                 // Whose vector it is.
  Vector vector;                     // Of length 1.
  // As in SearchQuery.
  std::optional<Id> legacy_id;
  std::vector<StoryStatus> statuses;
  std::vector<std::string> tags;
  std::optional<std::string> author;
  std::optional<std::string> language;
  std::optional<Day> from, to;
  std::size_t limit = 30;  // Stories; at most kMaxNearest.
};

// A story, by the chunk of it that is nearest.
struct ChunkHit {
  Id id;
  Id legacy_id;
  std::size_t ordinal = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  double similarity = 0;  // Cosine, -1 to 1.
};

// What the newest commit holds.
struct ChunkIndexState {
  Position position;
  EmbeddingModel model;
};

// As SearchGeneration.
class ChunkGeneration {
 public:
  virtual ~ChunkGeneration() = default;

  virtual Status Apply(const std::vector<ChunkOperation>& operations, const Position& position) = 0;
  virtual Status Commit() = 0;
};

class ChunkIndex {
 public:
  virtual ~ChunkIndex() = default;

  // As those of StoryIndex. kConflict while there is no generation. kInvalidArgument, and nothing
  // is staged: a vector of other dimensions than the model's or with numbers that are not finite,
  // more than kMaxChunks.
  virtual Status Apply(const std::vector<ChunkOperation>& operations, const Position& position) = 0;
  virtual Status Commit() = 0;
  virtual Result<IndexedPage> Scan(const std::string& after, std::size_t limit) const = 0;
  // Also forgets vectors that no story has used since `before`.
  virtual Result<std::size_t> Sweep(std::int64_t before, std::int64_t passed) = 0;
  virtual Status Adopt(std::unique_ptr<ChunkGeneration> generation) = 0;

  // nullopt while there is no generation, which is also what an index is opened as that was damaged
  // or is of another version of its schema.
  virtual Result<std::optional<ChunkIndexState>> Committed() const = 0;

  // A new, empty generation for vectors of `model` beside this one. At most one at a time:
  // kConflict.
  virtual Result<std::unique_ptr<ChunkGeneration>> StartGeneration(const EmbeddingModel& model) = 0;

  // The stories nearest to the vector, nearest first, each once; of equals (similarities that
  // differ by less than 1e-6 may count as equal) the smaller id first, and of a story's the smaller
  // ordinal. Exact, however many take part: an approximation would look at some of those near by,
  // and which ones would tell of what the reader may not see. Empty while there is no generation.
  // kConflict: the index is of another model. kInvalidArgument: other dimensions, numbers that are
  // not finite, a limit of 0 or beyond the most. kUnavailable when it takes longer than 5 seconds.
  virtual Result<std::vector<ChunkHit>> Knn(const ChunkQuery& query) const = 0;

  // Those of the vectors that are remembered, by content hash; at most 1,000 hashes.
  virtual Result<std::map<std::string, Vector>> Known(
      const std::string& model, const std::vector<std::string>& hashes) const = 0;

  // Keeps vectors by content hash, durably when it returns, without making them part of what is
  // asked. An implementation may forget those that no story has used for an hour.
  virtual Status Remember(const EmbeddingModel& model,
                          const std::map<std::string, Vector>& vectors) = 0;
};

}  // namespace heirloom
