#include "storage/sqlite/inspection.h"

#include <memory>
#include <string>
#include <system_error>

#include "appliance/base/number.h"
#include "storage/sqlite/file_owner.h"
#include "storage/sqlite/transaction.h"

namespace heirloom::sqlite {
namespace {

constexpr char kCheck[] = "database";
constexpr std::size_t kMostLines = 10;

std::string Quoted(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

Result<std::vector<std::string>> Lines(Connection& connection, const std::string& pragma) {
  std::vector<std::string> lines;
  const Status read = connection.Query(pragma, {}, [&](const Row& row) {
    lines.push_back(row.String(0));
    return lines.size() < kMostLines;
  });
  if (!read) return ErrorOf(read);
  return lines;
}

Error CalledOff() { return {ErrorCode::kUnavailable, "nobody waits for the result any more", {}}; }

class Inspection {
 public:
  Inspection(const InspectionOptions& options, Connection& connection, Findings& findings,
             Progress& progress)
      : options_(options), connection_(connection), findings_(findings), progress_(progress) {}

  Result<bool> Run() {
    connection_.EndWith(progress_);
    if (const Status ours = CheckOwner(connection_, options_.path); !ours) {
      findings_.Error(kCheck, ours.error().message, options_.mend);
      return false;
    }
    const auto tables = All("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    if (!tables) return Unreadable(tables.error());
    if (tables->empty()) {
      findings_.Error(kCheck, options_.path.string() + " is empty", options_.mend);
      return false;
    }
    bool readable = true;
    for (std::size_t i = 0; i < tables->size(); ++i) {
      if (progress_.Cancelled()) return tl::unexpected<Error>(CalledOff());
      progress_.Show("looking over the database's tables", static_cast<std::int64_t>(i),
                     static_cast<std::int64_t>(tables->size()));
      readable = CheckTable((*tables)[i]) && readable;
    }
    if (progress_.Cancelled()) return tl::unexpected<Error>(CalledOff());
    return CheckSchema() && readable;
  }

 private:
  // Without a bound: tables are few.
  Result<std::vector<std::string>> All(const std::string& sql) {
    std::vector<std::string> lines;
    const Status read = connection_.Query(sql, {}, [&](const Row& row) {
      lines.push_back(row.String(0));
      return true;
    });
    if (!read) return ErrorOf(read);
    return lines;
  }

  bool Unreadable(const Error& error) {
    findings_.Error(kCheck, "it cannot be read: " + error.message, options_.mend);
    return false;
  }

  bool CheckTable(const std::string& table) {
    const auto lines = Lines(connection_, "PRAGMA integrity_check(" + Quoted(table) + ")");
    if (!lines) return Unreadable(lines.error());
    bool whole = true;
    for (const std::string& line : *lines) {
      if (line == "ok") continue;
      findings_.Error(kCheck, "the table " + table + " is damaged: " + line, options_.mend);
      whole = false;
    }
    const auto broken = Lines(connection_, "PRAGMA foreign_key_check(" + Quoted(table) + ")");
    if (!broken) return Unreadable(broken.error());
    if (!broken->empty()) {
      findings_.Error(kCheck, "rows of " + table + " refer to rows that are not there",
                      options_.mend);
    }
    return whole;
  }

  bool CheckSchema() {
    const Result<std::string> schema =
        connection_.Value("SELECT value FROM meta WHERE key = 'schema'");
    if (!schema) return Unreadable(schema.error());
    const std::string newest = std::to_string(options_.migrations.back().number);
    const auto number = ParseNumber<int>(*schema);
    if (!number) {
      findings_.Error(kCheck, "it does not say which schema it has", options_.mend);
      return false;
    }
    if (*number < options_.migrations.back().number) {
      findings_.Note(kCheck, "its schema is " + *schema + " and is brought up to " + newest +
                                 " at the next start; nothing further was checked");
      return false;
    }
    if (*schema != newest) {
      findings_.Note(kCheck, "its schema is " + *schema + ", this program's is " + newest);
    }
    const Result<std::string> epoch =
        connection_.Value("SELECT value FROM meta WHERE key = 'epoch'");
    if (!epoch) return Unreadable(epoch.error());
    if (epoch->empty()) {
      findings_.Error(kCheck, "it has no epoch, the name of its history", options_.mend);
      return false;
    }
    return true;
  }

  const InspectionOptions& options_;
  Connection& connection_;
  Findings& findings_;
  Progress& progress_;
};

}  // namespace

Result<bool> InspectFile(const InspectionOptions& options, Findings& findings, Progress& progress) {
  std::error_code failed;
  if (!std::filesystem::exists(options.path, failed)) {
    findings.Error(kCheck, "there is no database at " + options.path.string(), options.mend);
    return false;
  }
  auto connection = Connection::Open(options.path, Connection::Mode::kLook);
  if (!connection) {
    findings.Error(kCheck, "it cannot be opened: " + connection.error().message, options.mend);
    return false;
  }
  return Inspection(options, **connection, findings, progress).Run();
}

Status CheckWhole(Connection& connection, Progress& progress) {
  connection.EndWith(progress);
  progress.Show("checking the copy", 0, 0);
  const auto lines = Lines(connection, "PRAGMA integrity_check");
  if (!lines) return ErrorOf(lines);
  if (lines->empty() || lines->front() != "ok") {
    return Fail(ErrorCode::kInternal,
                "it is damaged: " + (lines->empty() ? "nothing could be read" : lines->front()));
  }
  const auto broken = Lines(connection, "PRAGMA foreign_key_check");
  if (!broken) return ErrorOf(broken);
  if (!broken->empty()) {
    return Fail(ErrorCode::kInternal,
                "it is damaged: rows of " + broken->front() + " refer to rows that are not there");
  }
  return {};
}

Result<Position> PositionOf(Connection& connection) { return ReadHead(connection); }

}  // namespace heirloom::sqlite
