#include "storage/migrations/migration_runner.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "appliance/base/encoding.h"
#include "appliance/base/log.h"
#include "appliance/base/number.h"
#include "storage/meta_row.h"

namespace heirloom {
namespace {

// What the database says of its own history.
struct History {
  std::map<int, std::string> checksums;  // By number, of what was applied.
  int oldest_compatible = 0;
};

std::string Named(const Migration& migration) {
  return "migration " + std::to_string(migration.number) + " (" + std::string(migration.name) + ")";
}

Status CheckNumbers(std::span<const Migration> migrations) {
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    const int previous = i == 0 ? 0 : migrations[i - 1].number;
    if (migrations[i].number <= previous) {
      return Fail(ErrorCode::kInternal, Named(migrations[i]) + " is out of order");
    }
  }
  return {};
}

Status ReadHistory(SchemaTransaction& transaction, History& history) {
  history = {};
  const Result<bool> begun = transaction.HasTable("schema_migrations");
  if (!begun) return ErrorOf(begun);
  if (!*begun) return {};
  Status read =
      transaction.Query("SELECT number, checksum FROM schema_migrations", {}, [&](const Row& row) {
        history.checksums.emplace(static_cast<int>(row.Integer(0)), row.String(1));
        return true;
      });
  if (!read) return read;
  const auto oldest = ReadMeta(transaction, "oldest_compatible");
  if (!oldest) return ErrorOf(oldest);
  history.oldest_compatible = ParseNumber<int>(oldest->value_or("")).value_or(0);
  return {};
}

Status CheckHistory(const History& history, std::span<const Migration> migrations) {
  const int newest = migrations.empty() ? 0 : migrations.back().number;
  if (newest < history.oldest_compatible) {
    return Fail(
        ErrorCode::kUnavailable,
        "this database was migrated by a newer version and needs one that knows migration " +
            std::to_string(history.oldest_compatible) + " (this one knows up to " +
            std::to_string(newest) + "): install the newer version again");
  }
  const int newest_applied = history.checksums.empty() ? 0 : history.checksums.rbegin()->first;
  for (const Migration& migration : migrations) {
    const auto applied = history.checksums.find(migration.number);
    if (applied == history.checksums.end()) {
      if (migration.number > newest_applied) continue;
      return Fail(ErrorCode::kUnavailable,
                  Named(migration) + " is missing in this database although migration " +
                      std::to_string(newest_applied) +
                      " was applied: it was made by another line of versions");
    }
    if (applied->second != Sha256Hex(migration.sql)) {
      return Fail(ErrorCode::kUnavailable,
                  Named(migration) +
                      " is not the one that was applied to this database: a migration never "
                      "changes once it was applied, a change is a new one");
    }
  }
  return {};
}

// The rows that tell the next start what happened here.
Status Record(Transaction& transaction, const Migration& migration, int oldest_compatible,
              Time now) {
  const auto row = transaction.Execute(
      "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
      {migration.number, migration.name, Sha256Hex(migration.sql), SqlOf(now)});
  if (!row) return ErrorOf(row);
  if (Status set = PutMeta(transaction, "schema", std::to_string(migration.number)); !set) {
    return set;
  }
  return PutMeta(transaction, "oldest_compatible", std::to_string(oldest_compatible));
}

}  // namespace

std::string NewEpoch(Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.Fill(bytes);
  return ToBase64Url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Status Migrate(const RunSchemaTransaction& run, std::span<const Migration> migrations,
               const Clock& clock, Random& random) {
  if (Status in_order = CheckNumbers(migrations); !in_order) return in_order;
  History history;
  Status read =
      run([&](SchemaTransaction& transaction) { return ReadHistory(transaction, history); });
  if (!read) return read;
  if (Status fits = CheckHistory(history, migrations); !fits) return fits;

  bool is_new = history.checksums.empty();
  for (const Migration& migration : migrations) {
    if (history.checksums.contains(migration.number)) continue;
    const int oldest = std::max(history.oldest_compatible, migration.oldest_compatible);
    Status applied = run([&](SchemaTransaction& transaction) -> Status {
      if (Status script = transaction.Script(migration.sql); !script) return script;
      if (is_new) {
        if (Status set = PutMeta(transaction, "epoch", NewEpoch(random)); !set) return set;
      }
      return Record(transaction, migration, oldest, clock.Now());
    });
    if (!applied) {
      return Fail(applied.error().code, Named(migration) + " failed: " + applied.error().message);
    }
    history.oldest_compatible = oldest;
    is_new = false;
    LogInfo("schema migrated", {{"migration", std::to_string(migration.number)},
                                {"name", std::string(migration.name)}});
  }
  return {};
}

Status RequireMigrated(const RunSchemaTransaction& run, std::span<const Migration> migrations) {
  History history;
  Status read =
      run([&](SchemaTransaction& transaction) { return ReadHistory(transaction, history); });
  if (!read) return read;
  if (history.checksums.empty()) {
    return Fail(ErrorCode::kUnavailable,
                "the database is empty; make its tables with: heirloom migrate");
  }
  if (Status fits = CheckHistory(history, migrations); !fits) return fits;
  if (!migrations.empty() && !history.checksums.contains(migrations.back().number)) {
    return Fail(ErrorCode::kUnavailable,
                "the database's schema is " + std::to_string(history.checksums.rbegin()->first) +
                    ", and this program needs " + std::to_string(migrations.back().number) +
                    "; bring it up to date with: heirloom migrate");
  }
  return {};
}

}  // namespace heirloom
