// One generation as it is written to: what is staged, and how far it is. One thread at a time,
// except for what is const.

#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.h"
#include "index/opensearch/bulk.h"
#include "index/opensearch/connection.h"
#include "index/search_index.h"

namespace heirloom::opensearch {

// What the document "position" of a generation tells.
struct Reached {
  std::optional<Position> position;
  std::set<std::string> stem_languages;  // Of its stories.
};

class Target {
 public:
  // What is passed must outlive it.
  Target(const Connection& connection, Pauses& pauses, std::string index)
      : connection_(connection), pauses_(pauses), index_(std::move(index)) {}

  const std::string& Index() const { return index_; }

  // As in SearchIndex. More than some 16 MB of what is staged goes ahead, seen by nobody.
  Status Apply(const std::vector<IndexOperation>& operations, const Position& position);
  // The two halves of it, for documents of another make.
  Status Put(std::string_view key, std::int64_t version, std::string_view document);
  void Reach(const Position& position);
  Status Commit();
  Result<std::size_t> Sweep(std::int64_t before, std::int64_t passed);
  void DropStaged();

 private:
  Status Stage(const IndexOperation& operation);
  Status SendStaged();
  Status Refresh() const;
  Status WritePosition();

  const Connection& connection_;
  Pauses& pauses_;
  const std::string index_;

  Bulk staged_;
  bool dirty_ = false;  // Something was sent or is staged that no commit covers.
  std::optional<Position> staged_position_;
  std::set<std::string> swept_;  // Keys of tombstones whose removal is staged.
  bool knows_languages_ = false;
  std::set<std::string> languages_;
};

// Of an index or alias. kNotFound: it is not there.
Result<Reached> ReadReached(const Connection& connection, const std::string& index,
                            std::chrono::milliseconds timeout);

}  // namespace heirloom::opensearch
