// What committing writes together is worth: 8 threads that each save a revision and its event,
// through the Database (one sync for all that wait) and naively (one transaction and sync each).
// Beside them what this disk does at most: one thread that writes a block and syncs it. Prints
// rates and their ratios; asserts nothing, since disks differ.
//
//   database_bench FOLDER [SECONDS]

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/sqlite_database.h"

namespace heirloom {
namespace {

constexpr int kThreads = 8;
constexpr std::string_view kSave =
    "INSERT INTO revisions_bench (id, content) VALUES ($1, $2)"
    " ON CONFLICT (id) DO UPDATE SET content = excluded.content";

std::vector<Migration> Migrations() {
  auto migrations = AllMigrations();
  migrations.push_back({9'001, "bench",
                        "CREATE TABLE revisions_bench (id TEXT PRIMARY KEY, content TEXT NOT NULL)"
                        " STRICT;"});
  return migrations;
}

Event SavedEvent(const std::string& id) { return {"t1", "StoryUpdated", id, "legacy", 1}; }

// Writes per second of `save(id)` from all threads.
double Rate(std::chrono::seconds span, const std::function<bool(const std::string&)>& save) {
  std::atomic<std::int64_t> saved{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  const auto start = std::chrono::steady_clock::now();
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; !stop; ++i) {
        if (save(std::to_string(thread) + "-" + std::to_string(i))) ++saved;
      }
    });
  }
  std::this_thread::sleep_for(span);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return static_cast<double>(saved) / took.count();
}

double GroupRate(Database& database, std::chrono::seconds span, const std::string& content) {
  return Rate(span, [&](const std::string& id) {
    const auto written = database.Write([&](Transaction& tx) -> Status {
      tx.Append(SavedEvent(id));
      const auto saved = tx.Execute(kSave, {id, content});
      return saved ? Status() : Status(ErrorOf(saved));
    });
    return written.has_value();
  });
}

double NaiveRate(sqlite::Connection& connection, std::chrono::seconds span,
                 const std::string& content) {
  std::mutex mutex;
  return Rate(span, [&](const std::string& id) {
    const std::lock_guard lock(mutex);
    return connection.Run("BEGIN IMMEDIATE") &&
           connection.Execute(kSave, std::vector<SqlValue>{id, content}) &&
           connection.Execute(
               "INSERT INTO outbox (tenant_id, type, subject, legacy_id, version, created_at)"
               " VALUES ('t1', 'StoryUpdated', $1, 'legacy', 1, 0)",
               std::vector<SqlValue>{id}) &&
           connection.Run("COMMIT");
  });
}

// Blocks of 4 KB a second, each on the disk before the next, as a log's end is written.
double SyncRate(const std::filesystem::path& path, std::chrono::seconds span) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const std::string block(4'096, 'x');
  const auto start = std::chrono::steady_clock::now();
  std::int64_t count = 0;
  bool good = file >= 0;
  for (; good && std::chrono::steady_clock::now() - start < span; ++count) {
    good = ::pwrite(file, block.data(), block.size(),
                    count % 1'000 * static_cast<off_t>(block.size())) > 0 &&
           ::fdatasync(file) == 0;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (file >= 0) ::close(file);
  return good ? static_cast<double>(count) / took.count() : 0;
}

int Main(const std::filesystem::path& folder, std::chrono::seconds span) {
  const SystemClock clock;
  SystemRandom random;
  const auto path = folder / "bench.db";
  const std::string content(1'500, 'x');
  double group = 0;
  {
    SqliteOptions options{.path = path, .clock = clock, .random = random};
    options.migrations = Migrations();
    auto database = OpenSqliteDatabase(options);
    if (!database) {
      std::cerr << database.error().message << "\n";
      return 1;
    }
    group = GroupRate(**database, span, content);
  }
  auto connection = sqlite::Connection::Open(path, sqlite::Connection::Mode::kReadWrite);
  if (!connection) {
    std::cerr << connection.error().message << "\n";
    return 1;
  }
  const double naive = NaiveRate(**connection, span, content);
  const double syncs = SyncRate(folder / "block", span);
  std::cout << "this disk, a block and its sync each: " << syncs << " /s\n"
            << "one transaction and sync each:        " << naive << " tx/s\n"
            << "committed together:                   " << group << " tx/s\n"
            << "together against one each: " << group / naive
            << ", against the disk's syncs: " << group / syncs << "\n";
  return 0;
}

}  // namespace
}  // namespace heirloom

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: database_bench FOLDER [SECONDS]\n";
    return 2;
  }
  return heirloom::Main(arguments[1],
                        std::chrono::seconds(count > 2 ? std::atoi(arguments[2]) : 5));
}
