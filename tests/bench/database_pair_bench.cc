// SQLite and PostgreSQL in the same run: 8 threads that save a revision of 1.5 KB with its event,
// and 8 that read one back, in turns; medians of three turns. Asserts nothing, since machines
// differ; says whether the server syncs, without which its writes compare to nothing.
//
//   database_pair_bench FOLDER POSTGRES-URL [SECONDS]      (the password in PGPASSWORD)

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/postgres_database.h"
#include "storage/sqlite/sqlite_database.h"

namespace heirloom {
namespace {

constexpr int kThreads = 8;
constexpr int kTurns = 3;
constexpr int kIds = 1'000;

std::vector<Migration> Migrations() {
  auto migrations = AllMigrations();
  migrations.push_back({9'001, "bench",
                        "CREATE TABLE revisions_bench (id TEXT PRIMARY KEY, content TEXT NOT NULL)"
                        " STRICT;"});
  return migrations;
}

double Rate(std::chrono::seconds span, const std::function<bool(int, int)>& act) {
  std::atomic<std::int64_t> done{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  const auto start = std::chrono::steady_clock::now();
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; !stop; ++i) done += act(thread, i % kIds) ? 1 : 0;
    });
  }
  std::this_thread::sleep_for(span);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return static_cast<double>(done) / took.count();
}

double Writes(Database& database, std::chrono::seconds span) {
  const std::string content(1'500, 'x');
  return Rate(span, [&](int thread, int i) {
    const std::string id = std::to_string(thread) + "-" + std::to_string(i);
    const auto written = database.Write([&](Transaction& tx) -> Status {
      tx.Append({"t1", "StoryUpdated", id, "legacy", 1});
      const auto saved = tx.Execute(
          "INSERT INTO revisions_bench (id, content) VALUES ($1, $2)"
          " ON CONFLICT (id) DO UPDATE SET content = excluded.content",
          {id, content});
      return saved ? Status() : Status(ErrorOf(saved));
    });
    return written.has_value();
  });
}

double Reads(Database& database, std::chrono::seconds span) {
  return Rate(span, [&](int thread, int i) {
    const std::string id = std::to_string(thread) + "-" + std::to_string(i % 50);
    return database
        .Read([&](Reader& reader) {
          return reader.Query("SELECT content FROM revisions_bench WHERE id = $1", {id},
                              [](const Row&) { return true; });
        })
        .has_value();
  });
}

struct Rates {
  std::vector<double> writes;
  std::vector<double> reads;

  void Turn(Database& database, std::chrono::seconds span) {
    writes.push_back(Writes(database, span));
    reads.push_back(Reads(database, span));
  }
};

double Median(std::vector<double> of) {
  std::sort(of.begin(), of.end());
  return of[of.size() / 2];
}

void Print(const char* name, const Rates& rates) {
  std::cout << name << Median(rates.writes) << " writes/s, " << Median(rates.reads) << " reads/s\n";
}

int Complain(const Error& error) {
  std::cerr << error.message << "\n";
  return 1;
}

int Main(const std::filesystem::path& folder, const std::string& url, std::chrono::seconds span) {
  const SystemClock clock;
  SystemRandom random;
  SqliteOptions embedded{.path = folder / "pair.db", .clock = clock, .random = random};
  embedded.migrations = Migrations();
  PostgresOptions cluster{.address = {url, {}, {}}, .clock = clock, .random = random};
  cluster.migrations = Migrations();
  auto sqlite = OpenSqliteDatabase(embedded);
  if (!sqlite) return Complain(sqlite.error());
  if (const Status made = MigratePostgresDatabase(cluster); !made) return Complain(made.error());
  auto postgres = OpenPostgresDatabase(cluster);
  if (!postgres) return Complain(postgres.error());
  auto direct = postgres::Connection::Open(cluster.address, span);
  if (!direct) return Complain(direct.error());
  const auto syncs = (*direct)->Value("SELECT current_setting('fsync')");
  Rates of_sqlite;
  Rates of_postgres;
  for (int turn = 0; turn < kTurns; ++turn) {
    of_sqlite.Turn(**sqlite, span);
    of_postgres.Turn(**postgres, span);
  }
  Print("SQLite, fsync on:      ", of_sqlite);
  Print(syncs && *syncs == "on" ? "PostgreSQL, fsync on:  " : "PostgreSQL, fsync OFF: ",
        of_postgres);
  return 0;
}

}  // namespace
}  // namespace heirloom

int main(int count, char** arguments) {
  if (count < 3) {
    std::cerr << "usage: database_pair_bench FOLDER POSTGRES-URL [SECONDS]\n";
    return 2;
  }
  return heirloom::Main(arguments[1], arguments[2],
                        std::chrono::seconds(count > 3 ? std::atoi(arguments[3]) : 3));
}
