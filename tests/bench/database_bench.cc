// What committing writes together is worth: 8 threads that each save a revision and its event,
// through the Database (one sync for all that wait) and naively (one transaction and sync each).
// Prints rates and their ratio; asserts nothing, since disks differ.
//
//   database_bench FOLDER [SECONDS]

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
  std::cout << "one transaction each: " << naive << " tx/s\n"
            << "committed together:   " << group << " tx/s\n"
            << "ratio:                " << group / naive << "\n";
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
