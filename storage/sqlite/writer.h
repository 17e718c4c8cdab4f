// The one thread that writes. What waits is committed together: each function in its savepoint, one
// COMMIT with one fsync for all, then every caller gets its answer. Inside storage/sqlite only.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <thread>
#include <vector>

#include "appliance/base/clock.h"
#include "storage/database.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/limits.h"

namespace heirloom::sqlite {

// Thread-safe.
class Writer final {
 public:
  using WriteFn = std::function<Status(Transaction&)>;

  // `on_disk_failure` must not return in the daemon; when it does (in tests), no write is taken any
  // more.
  Writer(std::unique_ptr<Connection> connection, const Clock& clock, WriteLimits limits,
         std::function<void(std::string_view)> on_disk_failure);

  // No call may be running. Empties the write-ahead log.
  ~Writer();

  Result<Position> Write(const WriteFn& fn);                   // As Database::Write.
  CommitHooks::Subscription OnCommit(CommitHooks::Hook hook);  // As Database::OnCommit.

  std::size_t Waiting() const;

 private:
  enum class State { kWaiting, kRunning, kAnswered };

  // One call, on its caller's stack. All but `outcome` is guarded by mutex_; `outcome` is the
  // writer's while kRunning and the caller's once kAnswered.
  struct Call {
    explicit Call(const WriteFn& function) : fn(function) {}
    const WriteFn& fn;
    State state = State::kWaiting;
    Result<Position> outcome;
    std::condition_variable answered;
  };
  using Group = std::vector<Call*>;

  void Loop(const std::stop_token& stop);
  Group TakeGroup(const std::stop_token& stop);
  // Runs and commits a group, leaving an outcome in each call: the head afterwards when events were
  // committed, else 0.
  std::int64_t CommitGroup(const Group& group);
  Status RunGroup(const Group& group, Position& head);
  Result<Position> RunCall(const WriteFn& fn, Position& head);
  Status CallInSavepoint(const WriteFn& fn, Position& head);
  void GiveUpTransaction();
  void Answer(const Group& group);
  void Checkpoint();
  void EndOnDiskFailure(const Status& failed);

  const std::unique_ptr<Connection> connection_;  // The thread's alone.
  const Clock& clock_;
  const WriteLimits limits_;
  const std::function<void(std::string_view)> on_disk_failure_;
  int truncate_above_pages_;  // The thread's alone.

  mutable std::mutex mutex_;
  std::condition_variable_any work_;
  std::deque<Call*> queue_;
  bool disk_failed_ = false;

  CommitHooks hooks_;

  std::jthread thread_;  // Last: it uses everything above.
};

}  // namespace heirloom::sqlite
