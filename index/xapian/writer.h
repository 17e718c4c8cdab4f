// The one handle that writes. One thread at a time, except Committed.

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
  // `database` is a folder that is ours alone: one that cannot be read, or of another schema, is
  // emptied. kUnavailable when another process writes to it or the folder cannot be made.
  static Result<std::unique_ptr<Writer>> Open(const std::filesystem::path& database);
  ~Writer();

  Status Apply(const std::vector<IndexOperation>& operations, const Position& position);
  Status Commit();
  Status Clear();
  std::optional<Position> Committed() const;

 private:
  struct Handle;

  explicit Writer(std::filesystem::path database);
  Status OpenHandle();
  Status CreateEmpty();
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
