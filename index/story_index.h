// StoryIndex is what a projection of the stories owes to whoever makes it follow the outbox,
// however it is asked then: SearchIndex (index/search_index.h) by words, and what keeps ChunkIndex
// (index/chunk_index.h) by meaning. It can be thrown away and built again at any time.
//
// Versions. Each operation carries the outbox sequence its state was read at. One that is older
// than what the index holds for that key is ignored; a deletion leaves a tombstone with its
// version, which no query sees. So operations may come twice or late.
//
// Generations. What is asked is one generation of the index. Another can be built beside it and
// takes its place in one step, while searches go on: `StartGeneration`, fill it, `Adopt`.
//
// Thread-safe: what is const may be called from any thread at any time; Apply, Commit, Sweep and
// Adopt by one thread at a time. A SearchGeneration belongs to one thread at a time, and may be
// filled while the index is used in every way.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "appliance/domain/edtf.h"
#include "appliance/domain/position.h"
#include "appliance/domain/story.h"

namespace heirloom {

// A story as the index keeps it. Key: (tenant_id, id).
struct StoryDocument {
  std::string tenant_id;
  Id id;
  Id legacy_id;
  std::string title;
  std::string text;
  StoryStatus status = StoryStatus::kPublished;
  std::vector<std::string> tags;
  std::string author;
  std::string language;  // BCP 47; chooses the stemmer. One without a stemmer: words as they stand.
  std::optional<Edtf> happened_at;
  std::int64_t updated_at = 0;  // Micros; the order without words.
  std::vector<std::string> readers;
};

struct PutStory {
  StoryDocument document;
  std::int64_t version = 0;
};
struct DropStory {
  std::string tenant_id;
  Id id;
  std::int64_t version = 0;
  std::int64_t dropped_at = 0;  // Micros; for Sweep.
};
using IndexOperation = std::variant<PutStory, DropStory>;

// A story as the index holds it, for who compares it with the truth.
struct IndexedStory {
  std::string tenant_id;
  Id id;
  std::int64_t version = 0;
  std::int64_t updated_at = 0;
};
struct IndexedPage {
  std::vector<IndexedStory> stories;
  std::string next;  // Empty: there are no more.
};

// An index in the making, which nobody asks yet. Leftovers of one that was given up, by a crash
// too, are swept away when the index is opened or the next one is started.
class SearchGeneration {
 public:
  virtual ~SearchGeneration() = default;  // Given up, unless it was adopted.

  // As those of StoryIndex. After a failure nothing can be done with it but give it up.
  virtual Status Apply(const std::vector<IndexOperation>& operations, const Position& position) = 0;
  virtual Status Commit() = 0;
};

class StoryIndex {
 public:
  virtual ~StoryIndex() = default;

  // Stages `operations`, in order, and `position`. They are visible and durable together with the
  // next Commit; before it a crash loses both, so that tailing the outbox goes on where it must.
  // When Apply or Commit fails, all that was staged is dropped: go on from Committed().
  virtual Status Apply(const std::vector<IndexOperation>& operations, const Position& position) = 0;

  // Makes all that was staged durable and visible in one step. Costly: batch.
  virtual Status Commit() = 0;

  // The position of the newest commit. nullopt for a new, empty index, which is also what one is
  // opened as that was damaged or is of another version of its schema.
  virtual Result<std::optional<Position>> Committed() const = 0;

  // Stories of the newest commit, without tombstones, in an order of its own: at most `limit` after
  // the page whose `next` is `after`; the first page for an empty one. Beside commits no story that
  // stays is left out.
  virtual Result<IndexedPage> Scan(const std::string& after, std::size_t limit) const = 0;

  // Stages the removal of tombstones whose `dropped_at` is before `before` and whose version is at
  // most `passed`, oldest first, at most 1,000: no operation on them older than that can come any
  // more, as the caller knows. Gives how many.
  virtual Result<std::size_t> Sweep(std::int64_t before, std::int64_t passed) = 0;

  // A new, empty generation beside this one. At most one at a time: kConflict.
  virtual Result<std::unique_ptr<SearchGeneration>> StartGeneration() = 0;

  // Puts what `generation` has committed in the place of what is asked, in one durable step; no
  // search finds neither. Searches under way end on the old one, which then is removed. What was
  // staged in either is dropped. On failure everything stays as it was and the generation is given
  // up. It must be this index's.
  virtual Status Adopt(std::unique_ptr<SearchGeneration> generation) = 0;
};

}  // namespace heirloom
