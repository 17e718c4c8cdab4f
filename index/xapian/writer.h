// The one handle that writes to one Xapian database. One thread at a time, except Committed.

#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "index/search_index.h"

namespace heirloom::xapian {

class Writer {
 public:
  // Made when it is not there. kUnavailable when another writes to it or the disk refuses,
  // kInternal when it cannot be read or is of another schema.
  static Result<std::unique_ptr<Writer>> Open(const std::filesystem::path& database);
  ~Writer();

  // As in SearchIndex.
  Status Apply(const std::vector<IndexOperation>& operations, const Position& position);
  Status Commit();
  Result<std::size_t> Sweep(std::int64_t before, std::int64_t passed);
  std::optional<Position> Committed() const;

  void DropStaged();

 private:
  struct Handle;

  explicit Writer(std::filesystem::path database);
  Status OpenHandle();
  void BeginStaging();
  void Stage(const IndexOperation& operation);
  void StageLanguage(const std::string& language);
  void SetCommitted(std::optional<Position> position);
  template <typename Work>
  Status Guarded(const Work& work);

  const std::filesystem::path database_;
  std::unique_ptr<Handle> handle_;  // None after a failure: opened again when needed.
  bool staged_ = false;
  std::optional<Position> staged_position_;
  std::set<std::string> languages_;

  mutable std::mutex mutex_;
  std::optional<Position> committed_;
};

}  // namespace heirloom::xapian
