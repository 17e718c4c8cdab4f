#include "storage/sqlite/sqlite_database.h"

#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/contract/database_contract.h"
#include "tests/storage/sqlite_support.h"

namespace heirloom {
namespace {

using namespace std::chrono_literals;
using testing::CountThings;
using testing::PutThing;
using testing::SqliteFolder;

TEST_CASE("SQLite keeps the Database contract", "[contract][database]") {
  SqliteFolder folder;
  contract::CheckDatabase([&](const contract::DatabaseSetup& setup) {
    SqliteOptions options = folder.Options();
    options.reads.connections = setup.readers;
    options.reads.wait = setup.read_wait;
    options.writes.waiting = setup.waiting_writes;
    options.writes.wait = setup.write_wait;
    return folder.Open(options);
  });
}

TEST_CASE("nobody but the owner can read the database and its log") {
  SqliteFolder folder;
  const auto db = folder.Open();
  REQUIRE(PutThing(*db, "a"));
  for (const auto& path : {folder.Path(), folder.LogPath()}) {
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
  }
}

TEST_CASE("a clean stop leaves one file") {
  SqliteFolder folder;
  REQUIRE(PutThing(*folder.Open(), "a"));
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder.folder.Path())) {
    files.push_back(entry.path().filename());
  }
  CHECK(files == std::vector<std::string>{"heirloom.db"});
}

TEST_CASE("a file that is no database is refused and left as it is") {
  SqliteFolder folder;
  const std::string letter(8'192, 'x');
  testing::WriteFile(folder.Path(), letter);
  const auto opened = OpenSqliteDatabase(folder.Options());
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::kInternal);
  CHECK(testing::ReadFile(folder.Path()) == letter);
}

TEST_CASE("a folder that is not there is named") {
  SqliteFolder folder;
  SqliteOptions options = folder.Options();
  options.path = folder.folder / "missing/heirloom.db";
  const auto opened = OpenSqliteDatabase(options);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::kUnavailable);
  CHECK_THAT(opened.error().message, Catch::Contains("missing/heirloom.db"));
}

constexpr std::string_view kEndless =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) ";

TEST_CASE("a read without end is ended, and its connection works again") {
  SqliteFolder folder;
  SqliteOptions options = folder.Options();
  options.reads = {.connections = 1, .duration = 20ms};
  const auto db = folder.Open(options);
  const Status ended = db->Read([](Reader& reader) {
    return reader.Query(std::string(kEndless) + "SELECT count(*) FROM n", {},
                        [](const Row&) { return true; });
  });
  REQUIRE_FALSE(ended);
  CHECK(ended.error().code == ErrorCode::kUnavailable);
  CHECK(CountThings(*db) == 0);
}

TEST_CASE("a write without end is ended, leaves nothing, and the next one works") {
  SqliteFolder folder;
  SqliteOptions options = folder.Options();
  options.writes.duration = 20ms;
  const auto db = folder.Open(options);
  const auto ended = db->Write([](Transaction& tx) {
    const auto put = tx.Execute("INSERT INTO things (tenant_id, id, amount) " +
                                    std::string(kEndless) + "SELECT 't1', i, i FROM n",
                                {});
    return put ? Status() : Status(ErrorOf(put));
  });
  REQUIRE_FALSE(ended);
  CHECK(ended.error().code == ErrorCode::kUnavailable);
  CHECK(CountThings(*db) == 0);
  CHECK(PutThing(*db, "a"));
}

TEST_CASE("a write from inside a write is refused instead of waiting for itself") {
  SqliteFolder folder;
  const auto db = folder.Open();
  Result<Position> inner;
  REQUIRE(db->Write([&](Transaction& tx) {
    inner = PutThing(*db, "inner");
    return PutThing(tx, "outer");
  }));
  REQUIRE_FALSE(inner);
  CHECK(inner.error().code == ErrorCode::kInternal);
  CHECK(CountThings(*db) == 1);
}

// Readers that hand over to each other, so that at no moment there is none.
class UnbrokenReaders final {
 public:
  explicit UnbrokenReaders(Database& db) {
    for (int i = 0; i < 2; ++i) {
      threads_.emplace_back([this, &db] { Loop(db); });
    }
  }
  ~UnbrokenReaders() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  int Snapshots() {
    const std::lock_guard lock(mutex_);
    return snapshots_;
  }

 private:
  void Loop(Database& db) {
    bool stopped = false;
    while (!stopped) {
      const Status read = db.Read([&](Reader& reader) -> Status {
        if (const auto head = reader.Head(); !head) return ErrorOf(head);
        std::unique_lock lock(mutex_);
        const int mine = ++snapshots_;
        changed_.notify_all();
        changed_.wait_for(lock, 60s, [&] { return stop_ || snapshots_ > mine; });
        stopped = stop_;
        return {};
      });
      if (!read) return;
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int snapshots_ = 0;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

TEST_CASE("the write-ahead log stays bounded under readers that never pause") {
  SqliteFolder folder;
  SqliteOptions options = folder.Options();
  options.writes.log_pages = 1'024;  // 4 MiB.
  const auto db = folder.Open(options);
  const std::string name(100'000, 'n');
  std::uintmax_t largest = 0;
  {
    UnbrokenReaders readers(*db);
    for (int i = 0; i < 400; ++i) {
      REQUIRE(PutThing(*db, std::to_string(i), name));
      largest = std::max(largest, std::filesystem::file_size(folder.LogPath()));
    }
    CHECK(readers.Snapshots() > 2);
  }
  CHECK(largest > 4'000'000);
  // 40 MB were written. On a machine so busy that a reader keeps its snapshot for longer than the
  // writer's patience, the log grows by 4 MB before the next try.
  CHECK(largest < 25'000'000);
  CHECK(CountThings(*db) == 400);
}

}  // namespace
}  // namespace heirloom
