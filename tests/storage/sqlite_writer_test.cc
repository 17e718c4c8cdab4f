#include "storage/sqlite/writer.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/storage/failing_vfs.h"
#include "tests/storage/sqlite_support.h"

namespace heirloom::sqlite {
namespace {

using namespace std::chrono_literals;
using testing::Eventually;
using testing::PutThing;

// A writer of its own on a database of the contract's tables, on a disk that can fail.
class WriterBench final {
 public:
  WriterBench() {
    folder_.Open();
    auto opened = Connection::Open(folder_.Path(), Connection::Mode::kReadWrite);
    if (!opened) FAIL(opened.error().message);
    writer_ = std::make_unique<Writer>(std::move(*opened), folder_.clock, WriteLimits{},
                                       [this](std::string_view) { ++disk_failures; });
  }

  Writer& writer() { return *writer_; }

  // Runs `fns` as one group: all wait behind a write that is still running.
  std::vector<Result<Position>> RunAsGroup(const std::vector<Writer::WriteFn>& fns) {
    std::promise<void> begun;
    std::promise<void> release;
    bool blocked = false;
    std::thread blocker([&] {
      const auto empty = writer_->Write([&](Transaction&) -> Status {
        begun.set_value();
        release.get_future().wait_for(60s);
        return {};
      });
      blocked = empty.has_value();
    });
    begun.get_future().wait();
    std::vector<Result<Position>> outcomes(fns.size());
    std::vector<std::thread> threads;
    bool queued = true;
    for (std::size_t i = 0; i < fns.size(); ++i) {
      threads.emplace_back([&, i] { outcomes[i] = writer_->Write(fns[i]); });
      // One by one, so that the group has the order of `fns`.
      queued = queued && Eventually([&] { return writer_->Waiting() == i + 1; });
    }
    syncs_before_ = disk.LogSyncs();
    release.set_value();
    blocker.join();
    for (std::thread& thread : threads) thread.join();
    REQUIRE(blocked);
    REQUIRE(queued);
    return outcomes;
  }
  int SyncsOfGroup() const { return disk.LogSyncs() - syncs_before_; }

  // What a fresh look at the file says. Ends the writer.
  std::vector<std::string> ThingsAfterReopening() {
    writer_.reset();
    std::vector<std::string> ids;
    const Status read = folder_.Open()->Read([&](Reader& reader) {
      return reader.Query("SELECT id FROM things ORDER BY id", {}, [&](const Row& row) {
        ids.push_back(row.String(0));
        return true;
      });
    });
    if (!read) FAIL(read.error().message);
    return ids;
  }

  testing::FailingVfs disk;
  std::atomic<int> disk_failures{0};

 private:
  testing::SqliteFolder folder_;
  std::unique_ptr<Writer> writer_;
  int syncs_before_ = 0;
};

Writer::WriteFn Put(std::string id) {
  return [id = std::move(id)](Transaction& tx) { return PutThing(tx, id); };
}

using Ids = std::vector<std::string>;

TEST_CASE("writes that wait together are made durable by one sync, and each has its own answer") {
  WriterBench bench;
  REQUIRE(bench.writer().Write(Put("a")));  // A new log's header has a sync of its own.
  const auto outcomes = bench.RunAsGroup({Put("b"), Put("c"), Put("d"), Put("e")});
  CHECK(bench.SyncsOfGroup() == 1);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    CHECK(outcomes[i].value().sequence == static_cast<std::int64_t>(i) + 2);
  }
  CHECK(bench.ThingsAfterReopening() == Ids{"a", "b", "c", "d", "e"});
}

TEST_CASE("no write is answered before it was synced") {
  WriterBench bench;
  for (int i = 0; i < 5; ++i) {
    const int before = bench.disk.LogSyncs();
    REQUIRE(bench.writer().Write(Put(std::to_string(i))));
    CHECK(bench.disk.LogSyncs() > before);
  }
}

TEST_CASE("a write that fails leaves its group untouched and no gap in the sequence") {
  WriterBench bench;
  const auto outcomes = bench.RunAsGroup(
      {Put("a"),
       [](Transaction& tx) -> Status {
         if (Status put = PutThing(tx, "lost"); !put) return put;
         return Fail(ErrorCode::kForbidden, "no");
       },
       [](Transaction& tx) -> Status {
         if (Status put = PutThing(tx, "thrown"); !put) return put;
         throw std::runtime_error("a bug");
       },
       // Sees what came before it in its group, which commits with it or not at all.
       [](Transaction& tx) -> Status {
         if (Status put = PutThing(tx, "a"); put) return Fail(ErrorCode::kInternal, "twice");
         return PutThing(tx, "b");
       }});
  CHECK(outcomes[0].value().sequence == 1);
  CHECK(outcomes[1].error().code == ErrorCode::kForbidden);
  CHECK(outcomes[2].error().code == ErrorCode::kInternal);
  // The conflict's event was appended before its row was refused: it stays, as the caller went on.
  CHECK(outcomes[3].value().sequence == 3);
  CHECK(bench.ThingsAfterReopening() == Ids{"a", "b"});
}

TEST_CASE("a reference that would fail the commit fails its own write, not the group") {
  WriterBench bench;
  const auto outcomes = bench.RunAsGroup({Put("a"),
                                          [](Transaction& tx) -> Status {
                                            const auto put = tx.Execute(
                                                "INSERT INTO late_parts (tenant_id, id, thing_id)"
                                                " VALUES ('t1', 'p', 'nowhere')",
                                                {});
                                            return put ? Status() : Status(ErrorOf(put));
                                          },
                                          Put("b")});
  CHECK(outcomes[0]);
  CHECK(outcomes[1].error().code == ErrorCode::kConflict);
  CHECK(outcomes[2]);
  CHECK(bench.ThingsAfterReopening() == Ids{"a", "b"});
}

TEST_CASE("when SQLite gives up the whole transaction nobody in the group is told of success") {
  WriterBench bench;
  const auto outcomes =
      bench.RunAsGroup({Put("a"),
                        [](Transaction& tx) -> Status {
                          const auto put = tx.Execute(
                              "INSERT OR ROLLBACK INTO things (tenant_id, id, amount)"
                              " VALUES ('t1', 'a', 1)",
                              {});
                          return put ? Status() : Status(ErrorOf(put));
                        },
                        Put("c")});
  CHECK(outcomes[0].error().code == ErrorCode::kUnavailable);
  CHECK(outcomes[1].error().code == ErrorCode::kConflict);
  CHECK(outcomes[2].error().code == ErrorCode::kUnavailable);
  CHECK(bench.writer().Write(Put("d")).value().sequence == 1);
  CHECK(bench.ThingsAfterReopening() == Ids{"d"});
}

TEST_CASE("a full disk fails the group, not the process, and writing works once there is room") {
  WriterBench bench;
  REQUIRE(bench.writer().Write(Put("before")));
  bench.disk.FillDisk(true);
  for (const auto& outcome : bench.RunAsGroup({Put("a"), Put("b")})) {
    CHECK(outcome.error().code == ErrorCode::kUnavailable);
  }
  // More than the page cache holds, so it meets the full disk before the commit.
  const std::string large(24u << 20, 'x');
  const auto outcomes = bench.RunAsGroup(
      {Put("c"), [&](Transaction& tx) { return PutThing(tx, "large", large); }, Put("d")});
  for (const auto& outcome : outcomes) CHECK(outcome.error().code == ErrorCode::kUnavailable);
  bench.disk.FillDisk(false);
  CHECK(bench.disk_failures == 0);
  CHECK(bench.writer().Write(Put("after")).value().sequence == 2);
  CHECK(bench.ThingsAfterReopening() == Ids{"after", "before"});
}

TEST_CASE("a failed sync is never tried again: the process is told to end, no write is taken") {
  WriterBench bench;
  REQUIRE(bench.writer().Write(Put("before")));
  bench.disk.FailLogSyncs(true);
  const auto outcomes = bench.RunAsGroup({Put("a"), Put("b")});
  for (const auto& outcome : outcomes) CHECK(outcome.error().code == ErrorCode::kUnavailable);
  CHECK(bench.disk_failures == 1);
  CHECK(bench.SyncsOfGroup() == 1);
  bench.disk.FailLogSyncs(false);
  CHECK(bench.writer().Write(Put("after")).error().code == ErrorCode::kUnavailable);
  CHECK(bench.SyncsOfGroup() == 1);
  CHECK(bench.disk_failures == 1);
}

TEST_CASE("a sync that fails while the log is copied ends the process too, after the answer") {
  WriterBench bench;
  // Hooks run between the answer and the checkpoint.
  const auto kept = bench.writer().OnCommit([&](std::int64_t) { bench.disk.FailLogSyncs(true); });
  const std::string enough_to_checkpoint(5 << 20, 'x');
  const auto written = bench.writer().Write(
      [&](Transaction& tx) { return PutThing(tx, "a", enough_to_checkpoint); });
  CHECK(written);
  CHECK(Eventually([&] { return bench.disk_failures == 1; }));
  CHECK(bench.writer().Write(Put("b")).error().code == ErrorCode::kUnavailable);
  bench.disk.FailLogSyncs(false);
  CHECK(bench.ThingsAfterReopening() == Ids{"a"});
}

TEST_CASE("a hook that throws or writes harms nobody") {
  WriterBench bench;
  std::promise<ErrorCode> written;
  const auto first =
      bench.writer().OnCommit([](std::int64_t) { throw std::runtime_error("a bug"); });
  std::atomic<bool> called{false};
  const auto second = bench.writer().OnCommit([&](std::int64_t) {
    if (called.exchange(true)) return;
    const auto inner = bench.writer().Write(Put("inner"));
    written.set_value(inner ? ErrorCode::kMalformed : inner.error().code);
  });
  REQUIRE(bench.writer().Write(Put("a")));
  auto code = written.get_future();
  REQUIRE(code.wait_for(60s) == std::future_status::ready);
  CHECK(code.get() == ErrorCode::kInternal);
  CHECK(bench.writer().Write(Put("b")));
}

}  // namespace
}  // namespace heirloom::sqlite
