#include "storage/postgres/postgres_maintenance.h"

#include <string>
#include <utility>

#include "storage/postgres/connection.h"
#include "storage/postgres/limits.h"
#include "storage/postgres/schema.h"
#include "storage/postgres/transaction.h"

namespace heirloom {
namespace {

using postgres::Connection;

constexpr char kCheck[] = "database";
constexpr char kPutBack[] = "put a copy of the database back that was made before it";

class Inspection {
 public:
  Inspection(const PostgresMaintenanceOptions& options, Findings& findings)
      : options_(options), findings_(findings) {}

  Result<bool> Run(Progress& progress) {
    progress.Show("looking over the database", 0, 0);
    auto connection = Connection::Open(options_.address, postgres::PoolLimits{}.duration);
    if (!connection) return Unreadable(connection.error().message);
    (*connection)->LimitTime(postgres::PoolLimits{}.duration);
    const Status fits = postgres::CheckSchema(**connection, options_.migrations);
    if (!fits) return Unreadable(fits.error().message);
    const Result<Position> head = postgres::ReadHead(**connection);
    if (!head) return Unreadable(head.error().message);
    if (head->epoch.empty()) return Unreadable("it has no epoch, the name of its history");
    return Look(**connection);
  }

 private:
  bool Unreadable(const std::string& why) {
    findings_.Error(kCheck, why, "see storage.database in the configuration");
    return false;
  }

  // Each names what is wrong, a line a row.
  bool Look(Connection& connection) {
    return Each(connection,
                "SELECT conrelid::regclass || ': ' || conname FROM pg_constraint "
                "WHERE NOT convalidated ORDER BY 1 LIMIT 20",
                "a constraint was never checked against the rows that are there: ",
                "ALTER TABLE … VALIDATE CONSTRAINT …") &&
           Each(connection,
                "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid "
                "ORDER BY 1 LIMIT 20",
                "an index is not whole: ", "REINDEX INDEX …") &&
           Each(connection,
                "SELECT table_name || '.' || column_name FROM information_schema.columns "
                "WHERE table_schema = current_schema() AND data_type = 'text' "
                "AND collation_name IS DISTINCT FROM 'C' ORDER BY 1 LIMIT 20",
                "a column is ordered as a language has it, so lists would break off: ",
                "ALTER TABLE … ALTER COLUMN … TYPE text COLLATE \"C\"") &&
           Each(connection,
                "SELECT h.sequence FROM outbox_head h WHERE h.sequence < "
                "(SELECT MAX(sequence) FROM outbox)",
                "events lie above the last number that was given out, ", kPutBack);
  }

  bool Each(Connection& connection, std::string_view sql, const std::string& what,
            const std::string& mend) {
    const Status read = connection.Query(sql, {}, [&](const Row& row) {
      findings_.Error(kCheck, what + row.String(0), mend);
      return true;
    });
    return read ? true : Unreadable(read.error().message);
  }

  const PostgresMaintenanceOptions& options_;
  Findings& findings_;
};

class PostgresMaintenance final : public DatabaseMaintenance {
 public:
  explicit PostgresMaintenance(PostgresMaintenanceOptions options) : options_(std::move(options)) {}

  Result<bool> Inspect(Findings& findings, Progress& progress) override {
    return Inspection(options_, findings).Run(progress);
  }

  Result<Position> BackUp(const std::filesystem::path& out, Progress&) override {
    return Fail(ErrorCode::kConflict,
                "PostgreSQL makes copies of its own, also while everything runs: pg_dump "
                "--format=custom --file=" +
                    out.string() + " " + options_.address.url +
                    ", or continuous archiving, which can go back to any moment");
  }

 private:
  const PostgresMaintenanceOptions options_;
};

}  // namespace

std::unique_ptr<DatabaseMaintenance> MakePostgresMaintenance(PostgresMaintenanceOptions options) {
  return std::make_unique<PostgresMaintenance>(std::move(options));
}

}  // namespace heirloom
