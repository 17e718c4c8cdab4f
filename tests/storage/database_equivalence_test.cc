// The embedded database and the cluster's, side by side: the same random transactions are answered
// alike, statement by statement, and leave the same rows and events behind.

#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/sqlite/sqlite_database.h"
#include "tests/contract/database_fixture.h"
#include "tests/storage/postgres_support.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using testing::SeededRandom;
using Texts = std::vector<std::string>;

const Texts kIds = {"a", "A", "b", "Ä", "ä", "z", "Z", "10", "9", "é", "東", "a b", "it's", ""};
const Texts kTenants = {"t1", "t2"};
const Texts kNames = {"", "a name", "Ærø", "'; DROP TABLE things; --", "🙂", "%_"};

struct Statement {
  std::uint64_t kind = 0;
  std::string tenant;
  std::string id;
  std::string other;
  std::string name;
  std::int64_t amount = 0;
};

struct Batch {
  std::vector<Statement> statements;
  bool gives_up = false;
};

Batch RandomBatch(SeededRandom& random) {
  const auto of = [&](const Texts& texts) { return texts[random.Below(texts.size())]; };
  Batch batch;
  for (auto left = 1 + random.Below(6); left > 0; --left) {
    batch.statements.push_back({random.Below(10), of(kTenants), of(kIds), of(kIds), of(kNames),
                                static_cast<std::int64_t>(random.Below(12)) - 1});
  }
  batch.gives_up = random.Below(6) == 0;
  return batch;
}

std::string Said(const Result<std::int64_t>& executed) {
  if (executed) return std::to_string(*executed) + " rows";
  return "error " + std::to_string(static_cast<int>(executed.error().code));
}

std::string Said(const Status& status) {
  return status ? "done" : "error " + std::to_string(static_cast<int>(status.error().code));
}

// All rows as text, in the order of their keys.
Status Dump(Reader& reader, Texts& rows) {
  Status read =
      reader.Query("SELECT tenant_id, id, name, amount, weight FROM things ORDER BY tenant_id, id",
                   {}, [&](const Row& row) {
                     rows.push_back(row.String(0) + "/" + row.String(1) + "=" + row.String(2) +
                                    "," + std::to_string(row.Integer(3)) +
                                    (row.IsNull(4) ? "" : "," + std::to_string(row.Real(4))));
                     return true;
                   });
  for (const char* const sql : {"SELECT tenant_id, id, thing_id FROM parts ORDER BY id, tenant_id",
                                "SELECT tenant_id, id, thing_id FROM late_parts"
                                " ORDER BY id DESC, tenant_id"}) {
    if (!read) return read;
    read = reader.Query(sql, {}, [&](const Row& row) {
      rows.push_back(row.String(0) + "/" + row.String(1) + " of " + row.String(2));
      return true;
    });
  }
  return read;
}

std::string Run(Transaction& tx, const Statement& of, Texts& said) {
  const std::string_view tenant = of.tenant;
  const std::string_view id = of.id;
  const std::string_view name = of.name;
  switch (of.kind) {
    case 0:
    case 1:
      return Said(tx.Execute(contract::kInsert, {tenant, id, name, of.amount}));
    case 2:
      return Said(
          tx.Execute("INSERT INTO things (tenant_id, id, name, amount, weight)"
                     " VALUES ($1, $2, $3, $4, 0.5) ON CONFLICT (tenant_id, id)"
                     " DO UPDATE SET name = $3, weight = 1.25",
                     {tenant, id, name, of.amount}));
    case 3:
      return Said(
          tx.Execute("UPDATE things SET amount = amount - $2 WHERE tenant_id = $1 AND id >= $3",
                     {tenant, of.amount, id}));
    case 4:
      return Said(tx.Execute("DELETE FROM things WHERE tenant_id = $1 AND id = $2", {tenant, id}));
    case 5:
    case 6:
      return Said(tx.Execute(of.kind == 5 ? "INSERT INTO parts VALUES ($1, $2, $3)"
                                          : "INSERT INTO late_parts VALUES ($1, $2, $3)",
                             {tenant, id, std::string_view(of.other)}));
    case 7:
      return Said(tx.Execute(of.amount % 2 == 0
                                 ? "DELETE FROM parts WHERE tenant_id = $1 AND id < $2"
                                 : "DELETE FROM late_parts WHERE tenant_id = $1 AND id < $2",
                             {tenant, id}));
    case 8:
      tx.Append(contract::EventOf(of.id, of.amount, of.tenant));
      return "told";
    default:
      return Said(Dump(tx, said));
  }
}

// What was answered to each statement and to the whole, and what is there afterwards.
Texts Play(Database& database, const Batch& batch) {
  Texts said;
  const auto written = database.Write([&](Transaction& tx) -> Status {
    said.clear();
    for (const Statement& statement : batch.statements) {
      const std::string answer = Run(tx, statement, said);
      said.push_back(answer);
    }
    if (batch.gives_up) return Fail(ErrorCode::kForbidden, "given up");
    return {};
  });
  said.push_back(written ? "at " + std::to_string(written->sequence)
                         : Said(Status(ErrorOf(written))));
  REQUIRE(database.Read([&](Reader& reader) { return Dump(reader, said); }));
  return said;
}

Texts EventsOf(Database& database) {
  Texts events;
  const auto stored = database.EventsAfter(0, 10'000);
  REQUIRE(stored);
  for (const StoredEvent& event : *stored) {
    events.push_back(std::to_string(event.sequence) + " " + event.event.tenant_id + " " +
                     event.event.type + " " + event.event.subject + " " +
                     std::to_string(event.event.version));
  }
  return events;
}

}  // namespace

TEST_CASE("SQLite and Postgres answer alike through the same random transactions", "[postgres]") {
  const std::uint64_t seed = GENERATE(1U, 2U, 3U);
  testing::PostgresBox box;
  const auto cluster = box.Open();
  const testing::TempFolder folder;
  SqliteOptions options{.path = folder / "heirloom.db", .clock = box.clock, .random = box.random};
  options.migrations = contract::DatabaseMigrations();
  const auto embedded = OpenSqliteDatabase(options).value();
  SeededRandom random(seed);
  int refused = 0;
  for (int round = 0; round < 150; ++round) {
    CAPTURE(seed, round);
    const Batch batch = RandomBatch(random);
    const Texts ours = Play(*embedded, batch);
    REQUIRE(Play(*cluster, batch) == ours);
    for (const std::string& line : ours) refused += line.starts_with("error") ? 1 : 0;
  }
  CHECK(refused > 50);  // Or it tries nothing that is hard.
  CHECK(EventsOf(*embedded).size() > 20);
  CHECK(EventsOf(*cluster) == EventsOf(*embedded));
}

}  // namespace heirloom
