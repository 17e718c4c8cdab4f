#include "storage/sqlite/read_pool.h"

#include <utility>

#include "storage/guarded_call.h"
#include "storage/sqlite/transaction.h"

namespace heirloom::sqlite {

ReadPool::ReadPool(std::filesystem::path path, ReadLimits limits)
    : path_(std::move(path)), limits_(limits) {}

Status ReadPool::Read(const std::function<Status(Reader&)>& fn) {
  Result<std::unique_ptr<Connection>> taken = Take();
  if (!taken) return ErrorOf(taken);
  std::unique_ptr<Connection> connection = std::move(*taken);
  Status read = ReadWith(*connection, fn);
  // One that is stuck in its transaction would hold its snapshot, and with it the log, for ever.
  if (connection->InTransaction()) connection.reset();
  Give(std::move(connection));
  return read;
}

Status ReadPool::ReadWith(Connection& connection, const std::function<Status(Reader&)>& fn) {
  if (Status begun = connection.Run("BEGIN DEFERRED"); !begun) return begun;
  connection.LimitTime(limits_.duration);
  ConnectionReader reader(connection);
  Status read = CallGuarded([&] { return fn(reader); });
  connection.UnlimitTime();
  Status ended = connection.Run("COMMIT");
  return read ? ended : read;
}

Result<std::unique_ptr<Connection>> ReadPool::Take() {
  {
    std::unique_lock lock(mutex_);
    if (!free_.wait_for(lock, limits_.wait, [&] { return taken_ < limits_.connections; })) {
      return Fail(ErrorCode::kUnavailable, "every connection for reading is busy");
    }
    ++taken_;
    if (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  Result<std::unique_ptr<Connection>> opened = Connection::Open(path_, Connection::Mode::kReadOnly);
  if (!opened) Give(nullptr);
  return opened;
}

void ReadPool::Give(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    --taken_;
    if (connection) idle_.push_back(std::move(connection));
  }
  free_.notify_one();
}

}  // namespace heirloom::sqlite
