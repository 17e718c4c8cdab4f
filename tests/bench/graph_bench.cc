// What a capped walk costs: three steps in both directions, at most 500 nodes, over 100,000 nodes
// and a million edges at random. The same edges lie in RocksDB behind GraphStore, and in SQLite,
// asked in two ways: one indexed look-up for each node on the way, and one recursive query. Both
// may keep 64 MB in memory (SQLite sees its file in memory besides), and SQLite has numbers where
// we have ids of 36 letters. Prints p50, p99 and ratios of the same run; asserts nothing, since
// machines differ. Leaves nodes.csv, edges.csv and starts.csv in FOLDER, for kuzu_walk.py.
//
//   graph_bench FOLDER [NODES] [EDGES] [WALKS]

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "appliance/base/log.h"
#include "storage/rocksdb/rocksdb_graph_store.h"
#include "tests/support/seeded_random.h"

namespace heirloom {
namespace {

using Clock = std::chrono::steady_clock;
using testing::SeededRandom;

constexpr std::size_t kLimit = 500;
constexpr int kDepth = 3;
constexpr std::size_t kCacheBytes = 64u << 20;
const GraphSpace kSpace{"default", "0190b0aa-0000-7000-8000-000000000001"};

std::string IdOf(std::uint64_t number) {
  char text[37];
  std::snprintf(text, sizeof text, "0190b0aa-%04x-7000-8000-%012x",
                static_cast<unsigned>(number % 65521), static_cast<unsigned>(number));
  return text;
}

double Millis(Clock::duration span) {
  return std::chrono::duration<double, std::milli>(span).count();
}

struct Figures {
  double p50 = 0;
  double p99 = 0;
};

template <typename Walk>
Figures MeasureOnce(const char* name, const char* when, const std::vector<std::string>& starts,
                    const Walk& walk) {
  std::size_t found = 0;
  std::vector<double> times;
  for (const std::string& start : starts) {
    const auto begun = Clock::now();
    found += walk(start);
    times.push_back(Millis(Clock::now() - begun));
  }
  std::sort(times.begin(), times.end());
  const Figures figures{times[times.size() / 2], times[times.size() * 99 / 100]};
  std::printf("%-36s %-6s p50 %7.3f ms  p99 %7.3f ms  %zu nodes a walk\n", name, when, figures.p50,
              figures.p99, found / starts.size());
  return figures;
}

// The second time what they may keep in memory is there.
template <typename Walk>
Figures Measure(const char* name, const std::vector<std::string>& starts, const Walk& walk) {
  MeasureOnce(name, "first", starts, walk);
  return MeasureOnce(name, "again", starts, walk);
}

class Sqlite {
 public:
  explicit Sqlite(const std::string& path) {
    sqlite3_open(path.c_str(), &database_);
    Run("PRAGMA journal_mode=WAL; PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;"
        "CREATE TABLE edges (a INTEGER NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (a, b)) "
        "WITHOUT ROWID;"
        "CREATE TABLE named (a TEXT NOT NULL, b TEXT NOT NULL, type TEXT NOT NULL, "
        "PRIMARY KEY (a, b)) WITHOUT ROWID;");
  }
  ~Sqlite() {
    sqlite3_finalize(lookup_);
    sqlite3_finalize(named_);
    sqlite3_finalize(recursive_);
    sqlite3_close(database_);
  }
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;

  void Run(const char* sql) {
    char* message = nullptr;
    if (sqlite3_exec(database_, sql, nullptr, nullptr, &message) != SQLITE_OK) Panic(message);
  }

  // Both directions as rows of one table: the cheapest that SQL has.
  void Fill(const std::vector<std::pair<std::uint64_t, std::uint64_t>>& edges) {
    Run("BEGIN");
    sqlite3_stmt* insert = Prepare("INSERT OR IGNORE INTO edges VALUES (?1, ?2)");
    for (const auto& [a, b] : edges) {
      for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) {
        sqlite3_bind_int64(insert, 1, static_cast<sqlite3_int64>(from));
        sqlite3_bind_int64(insert, 2, static_cast<sqlite3_int64>(to));
        sqlite3_step(insert);
        sqlite3_reset(insert);
      }
    }
    sqlite3_finalize(insert);
    Run("COMMIT");
    lookup_ = Prepare("SELECT b FROM edges WHERE a = ?1 ORDER BY b");
    recursive_ = Prepare(
        "WITH RECURSIVE walk(node, depth) AS (VALUES (?1, 0) UNION SELECT e.b, w.depth + 1 FROM "
        "walk w JOIN edges e ON e.a = w.node WHERE w.depth < 3) "
        "SELECT node, MIN(depth) AS d FROM walk GROUP BY node ORDER BY d, node LIMIT 501");
  }

  // The same with what a walk answers: the ids of text, and what is of that id.
  void FillNamed(const std::vector<std::pair<std::uint64_t, std::uint64_t>>& edges) {
    Run("BEGIN");
    sqlite3_stmt* insert = Prepare("INSERT OR IGNORE INTO named VALUES (?1, ?2, 'Person')");
    for (const auto& [a, b] : edges) {
      for (const auto& [from, to] : {std::pair(IdOf(a), IdOf(b)), std::pair(IdOf(b), IdOf(a))}) {
        BindText(insert, 1, from);
        BindText(insert, 2, to);
        sqlite3_step(insert);
        sqlite3_reset(insert);
      }
    }
    sqlite3_finalize(insert);
    Run("COMMIT");
    named_ = Prepare("SELECT b, type FROM named WHERE a = ?1 ORDER BY b");
  }

  std::vector<WalkedNode> ByNamedLookups(const std::string& start) {
    std::unordered_set<std::string> seen{start};
    std::vector<WalkedNode> found;
    found.reserve(kLimit);
    for (std::size_t next = 0; next <= found.size(); ++next) {
      const std::string& from = next == 0 ? start : found[next - 1].id;
      const int depth = next == 0 ? 0 : found[next - 1].depth;
      if (depth == kDepth) break;
      sqlite3_reset(named_);
      BindText(named_, 1, from);
      while (sqlite3_step(named_) == SQLITE_ROW) {
        std::string other = TextOf(named_, 0);
        if (!seen.insert(other).second) continue;
        if (found.size() == kLimit) {
          sqlite3_reset(named_);
          return found;
        }
        found.push_back({std::move(other), TextOf(named_, 1), depth + 1});
      }
    }
    return found;
  }

  std::size_t ByLookups(std::uint64_t start) {
    std::unordered_set<std::uint64_t> seen{start};
    std::deque<std::pair<std::uint64_t, int>> waiting{{start, 0}};
    std::size_t found = 0;
    while (!waiting.empty()) {
      const auto [node, depth] = waiting.front();
      waiting.pop_front();
      if (depth == kDepth) continue;
      sqlite3_reset(lookup_);
      sqlite3_bind_int64(lookup_, 1, static_cast<sqlite3_int64>(node));
      while (sqlite3_step(lookup_) == SQLITE_ROW) {
        const auto other = static_cast<std::uint64_t>(sqlite3_column_int64(lookup_, 0));
        if (!seen.insert(other).second) continue;
        if (++found > kLimit) {
          sqlite3_reset(lookup_);
          return kLimit;
        }
        waiting.emplace_back(other, depth + 1);
      }
    }
    return found;
  }

  std::size_t Recursively(std::uint64_t start) {
    sqlite3_reset(recursive_);
    sqlite3_bind_int64(recursive_, 1, static_cast<sqlite3_int64>(start));
    std::size_t rows = 0;
    while (sqlite3_step(recursive_) == SQLITE_ROW) ++rows;
    return rows - 1;
  }

 private:
  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) != SQLITE_OK) {
      Panic(sqlite3_errmsg(database_));
    }
    return statement;
  }

  static void BindText(sqlite3_stmt* statement, int index, const std::string& text) {
    sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()),
                      SQLITE_TRANSIENT);
  }
  static std::string TextOf(sqlite3_stmt* statement, int column) {
    return {reinterpret_cast<const char*>(sqlite3_column_text(statement, column)),
            static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt* lookup_ = nullptr;
  sqlite3_stmt* named_ = nullptr;
  sqlite3_stmt* recursive_ = nullptr;
};

void Fill(GraphStore& store, const std::vector<std::pair<std::uint64_t, std::uint64_t>>& edges) {
  auto generation = store.StartGeneration().value();
  std::vector<GraphOperation> batch;
  const auto flush = [&] {
    if (const Status applied = generation->Apply(batch); !applied) Panic(applied.error().message);
    batch.clear();
  };
  for (const auto& [a, b] : edges) {
    batch.emplace_back(PutEdge{kSpace, {IdOf(a), "Person", "knows", IdOf(b), "Person", {}}, 1});
    if (batch.size() == 5'000) flush();
  }
  flush();
  if (const Status adopted = store.Adopt(std::move(generation), {"bench", 1}); !adopted) {
    Panic(adopted.error().message);
  }
}

void WriteCsv(const std::filesystem::path& folder, std::uint64_t nodes,
              const std::vector<std::pair<std::uint64_t, std::uint64_t>>& edges,
              const std::vector<std::uint64_t>& starts) {
  std::ofstream node_file(folder / "nodes.csv"), edge_file(folder / "edges.csv"),
      start_file(folder / "starts.csv");
  for (std::uint64_t node = 0; node < nodes; ++node) node_file << node << '\n';
  for (const auto& [a, b] : edges) edge_file << a << ',' << b << '\n';
  for (const std::uint64_t start : starts) start_file << start << '\n';
}

int Run(const std::filesystem::path& folder, std::uint64_t nodes, std::size_t count,
        std::size_t walks) {
  SeededRandom random(7);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> edges;
  while (edges.size() < count) {
    const std::uint64_t a = random.Below(nodes);
    const std::uint64_t b = random.Below(nodes);
    if (a != b) edges.emplace_back(a, b);
  }
  std::vector<std::uint64_t> numbers;
  std::vector<std::string> starts;
  for (std::size_t i = 0; i < walks; ++i) {
    numbers.push_back(random.Below(nodes));
    starts.push_back(IdOf(numbers.back()));
  }
  std::filesystem::create_directories(folder);
  WriteCsv(folder, nodes, edges, numbers);
  auto store =
      OpenRocksDbGraphStore({.directory = folder / "graph", .cache_bytes = kCacheBytes}).value();
  auto begun = Clock::now();
  Fill(*store, edges);
  std::printf("RocksDB filled: %.1f s\n", Millis(Clock::now() - begun) / 1000);
  Sqlite sqlite(folder / "edges.db");
  begun = Clock::now();
  sqlite.Fill(edges);
  std::printf("SQLite filled: %.1f s\n", Millis(Clock::now() - begun) / 1000);

  begun = Clock::now();
  sqlite.FillNamed(edges);
  sqlite.Run("ANALYZE");
  std::printf("SQLite filled with ids of text: %.1f s\n", Millis(Clock::now() - begun) / 1000);

  const auto number = [&](const std::string& id) {
    return static_cast<std::uint64_t>(std::strtoull(id.c_str() + 24, nullptr, 16));
  };
  const Figures ours = Measure("GraphStore, RocksDB", starts, [&](const std::string& start) {
    TraverseQuery query;
    query.space = kSpace;
    query.start = start;
    return store->Traverse(query, nullptr).value().nodes.size();
  });
  const Figures named =
      Measure("SQLite, a look-up each, same answer", starts,
              [&](const std::string& id) { return sqlite.ByNamedLookups(id).size(); });
  const Figures lookups =
      Measure("SQLite, a look-up each, numbers", starts,
              [&](const std::string& id) { return sqlite.ByLookups(number(id)); });
  starts.resize(std::min<std::size_t>(starts.size(), 200));
  const Figures recursive = Measure("SQLite, recursive", starts, [&](const std::string& id) {
    return sqlite.Recursively(number(id));
  });
  std::printf(
      "RocksDB, again: %.2f of the p50 of look-ups with the same answer, %.2f of those of numbers, "
      "%.3f of the recursive query's\n",
      ours.p50 / named.p50, ours.p50 / lookups.p50, ours.p50 / recursive.p50);
  return 0;
}

}  // namespace
}  // namespace heirloom

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: graph_bench FOLDER [NODES] [EDGES] [WALKS]\n");
    return 2;
  }
  const auto number = [&](int index, unsigned long otherwise) {
    return argc > index ? std::strtoul(argv[index], nullptr, 10) : otherwise;
  };
  return heirloom::Run(argv[1], number(2, 100'000), number(3, 1'000'000), number(4, 2'000));
}
