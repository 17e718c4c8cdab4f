// A few read-only connections, opened when they are needed. Inside storage/sqlite only.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/database.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/limits.h"

namespace heirloom::sqlite {

// Thread-safe.
class ReadPool final {
 public:
  ReadPool(std::filesystem::path path, ReadLimits limits);

  // As Database::Read.
  Status Read(const std::function<Status(Reader&)>& fn);

 private:
  Result<std::unique_ptr<Connection>> Take();
  void Give(std::unique_ptr<Connection> connection);
  Status ReadWith(Connection& connection, const std::function<Status(Reader&)>& fn);

  const std::filesystem::path path_;
  const ReadLimits limits_;
  std::mutex mutex_;
  std::condition_variable free_;
  std::vector<std::unique_ptr<Connection>> idle_;  // The one used last is taken first: warm.
  std::size_t taken_ = 0;
};

}  // namespace heirloom::sqlite
