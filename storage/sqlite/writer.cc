#include "storage/sqlite/writer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"
#include "storage/guarded_call.h"
#include "storage/sqlite/transaction.h"

namespace heirloom::sqlite {
namespace {

constexpr int kPagesBetweenCheckpoints = 1'000;
constexpr std::chrono::milliseconds kPatienceWithReaders{2'000};

auto LostTransaction() {
  return Fail(ErrorCode::kUnavailable, "SQLite gave up the transaction of a whole group");
}

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, const Clock& clock, WriteLimits limits,
               std::function<void(std::string_view)> on_disk_failure)
    : connection_(std::move(connection)),
      clock_(clock),
      limits_(limits),
      on_disk_failure_(std::move(on_disk_failure)),
      truncate_above_pages_(limits.log_pages),
      thread_([this](const std::stop_token& stop) { Loop(stop); }) {}

Writer::~Writer() {
  thread_.request_stop();
  thread_.join();
  if (disk_failed_) return;
  // Not needed for safety: it leaves a database of one file, which is easier to copy.
  if (Status emptied = connection_->CheckpointTruncate(kPatienceWithReaders); !emptied) {
    LogWarn("the write-ahead log stays until the next start", {{"why", emptied.error().message}});
  }
}

Result<Position> Writer::Write(const WriteFn& fn) {
  if (std::this_thread::get_id() == thread_.get_id()) {
    return Fail(ErrorCode::kInternal, "Write was called from inside a Write or a commit hook");
  }
  Call call(fn);
  std::unique_lock lock(mutex_);
  if (disk_failed_) return Fail(ErrorCode::kUnavailable, "the disk failed");
  if (queue_.size() >= limits_.waiting) {
    return Fail(ErrorCode::kUnavailable, "too many writes are waiting");
  }
  queue_.push_back(&call);
  work_.notify_one();
  call.answered.wait_for(lock, limits_.wait, [&] { return call.state == State::kAnswered; });
  if (call.state == State::kWaiting) {
    std::erase(queue_, &call);
    return Fail(ErrorCode::kUnavailable, "a write waited too long for its turn");
  }
  // It has begun and may commit, so only its answer will do. limits_.duration bounds its SQL.
  call.answered.wait(lock, [&] { return call.state == State::kAnswered; });
  return std::move(call.outcome);
}

CommitHooks::Subscription Writer::OnCommit(CommitHooks::Hook hook) {
  return hooks_.Add(std::move(hook));
}

std::size_t Writer::Waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Writer::Loop(const std::stop_token& stop) {
  NameThisThread("sqlite-writer");
  while (true) {
    const Group group = TakeGroup(stop);
    if (group.empty()) return;
    const std::int64_t head = CommitGroup(group);
    Answer(group);
    if (head > 0) hooks_.Tell(head);
    Checkpoint();
  }
}

Writer::Group Writer::TakeGroup(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  work_.wait(lock, stop, [&] { return !queue_.empty(); });
  Group group;
  while (!queue_.empty() && group.size() < limits_.group) {
    group.push_back(queue_.front());
    queue_.pop_front();
    group.back()->state = State::kRunning;
  }
  return group;
}

std::int64_t Writer::CommitGroup(const Group& group) {
  Position head;
  std::int64_t before = 0;
  Status committed = connection_->Run("BEGIN IMMEDIATE");
  if (committed) {
    const Result<Position> read = ReadHead(*connection_);
    committed = read ? Status() : Status(ErrorOf(read));
    if (read) head = *read;
    before = head.sequence;
  }
  if (committed) committed = RunGroup(group, head);
  if (committed) {
    committed = connection_->Run("COMMIT");
    if (!committed && connection_->DiskFailed()) EndOnDiskFailure(committed);
  }
  if (committed) return head.sequence > before ? head.sequence : 0;

  GiveUpTransaction();
  LogError("a group of writes was rolled back",
           {{"why", committed.error().message}, {"writes", std::to_string(group.size())}});
  for (Call* call : group) {
    if (call->outcome) call->outcome = ErrorOf(committed);
  }
  return 0;
}

Status Writer::RunGroup(const Group& group, Position& head) {
  for (Call* call : group) {
    call->outcome = RunCall(call->fn, head);
    // A full disk, for one, makes SQLite roll back everything, the neighbours' work too.
    if (!connection_->InTransaction()) return LostTransaction();
  }
  return {};
}

Result<Position> Writer::RunCall(const WriteFn& fn, Position& head) {
  if (Status opened = connection_->Run("SAVEPOINT one_call"); !opened) return ErrorOf(opened);
  Position after = head;
  connection_->LimitTime(limits_.duration);
  Status done = CallInSavepoint(fn, after);
  connection_->UnlimitTime();
  if (!connection_->InTransaction()) {
    if (done) return LostTransaction();
    return ErrorOf(done);
  }
  if (!done) {
    if (Status undone = connection_->Run("ROLLBACK TO one_call"); !undone) {
      // What it wrote cannot be told from its neighbours' any more.
      GiveUpTransaction();
      return ErrorOf(undone);
    }
  }
  if (Status closed = connection_->Run("RELEASE one_call"); !closed) {
    GiveUpTransaction();
    return ErrorOf(closed);
  }
  if (!done) return ErrorOf(done);
  head = after;
  return head;
}

Status Writer::CallInSavepoint(const WriteFn& fn, Position& head) {
  ConnectionTransaction transaction(*connection_, clock_);
  if (Status done = CallGuarded([&] { return fn(transaction); }); !done) return done;
  const Result<std::int64_t> last = transaction.StoreEvents();
  if (!last) return ErrorOf(last);
  if (*last > 0) head.sequence = *last;
  // Otherwise the COMMIT would fail and take the neighbours along.
  if (connection_->HasBrokenReferences()) {
    return Fail(ErrorCode::kConflict, "this refers to something that is not there");
  }
  return {};
}

void Writer::GiveUpTransaction() {
  if (!connection_->InTransaction()) return;
  if (Status undone = connection_->Run("ROLLBACK"); !undone) LogError(undone.error().message);
}

void Writer::Answer(const Group& group) {
  const std::lock_guard lock(mutex_);
  for (Call* call : group) {
    call->state = State::kAnswered;
    call->answered.notify_one();  // Under the lock: the call is gone as soon as its caller wakes.
  }
}

// After the answers, so that nobody waits for it but the next group. The log can start again from
// its beginning only when no reader uses it; under constant readers that moment never comes by
// itself, so above a bound the writer waits for those of older snapshots (new ones then read the
// database alone).
void Writer::Checkpoint() {
  const int pages = connection_->LogPages();
  if (pages < kPagesBetweenCheckpoints) return;
  const bool truncate = pages >= truncate_above_pages_;
  Status done = truncate ? connection_->CheckpointTruncate(kPatienceWithReaders)
                         : connection_->CheckpointPassive();
  if (truncate) {
    truncate_above_pages_ = done ? limits_.log_pages : pages + kPagesBetweenCheckpoints;
  }
  if (done) return;
  if (connection_->DiskFailed()) return EndOnDiskFailure(done);
  LogWarn("the write-ahead log could not be emptied yet",
          {{"pages", std::to_string(pages)}, {"why", done.error().message}});
}

// After a failed fsync the kernel may have dropped what it could not write and report success the
// next time: trying again would turn an error into silent loss. The next start reads what is there.
void Writer::EndOnDiskFailure(const Status& failed) {
  {
    const std::lock_guard lock(mutex_);
    disk_failed_ = true;
  }
  on_disk_failure_("the disk failed under the database: " + failed.error().message);
}

}  // namespace heirloom::sqlite
