#include "storage/sqlite/file_owner.h"

#include <string>
#include <system_error>

namespace heirloom::sqlite {
namespace {

auto Foreign(Connection& connection, const std::filesystem::path& path, const std::string& why) {
  connection.LeaveLog();
  return Fail(ErrorCode::kUnavailable,
              path.string() + " is a database of another program (" + why +
                  "); it was not touched. Move it away, or name another file in storage.database");
}

}  // namespace

Status CheckOwner(Connection& connection, const std::filesystem::path& path) {
  const Result<std::string> id = connection.Value("PRAGMA application_id");
  if (!id) return ErrorOf(id);
  if (*id == std::to_string(kApplicationId)) return {};
  if (*id != "0") return Foreign(connection, path, "its application id is " + *id);
  // Ours of before there was an id have these two tables.
  const Result<std::string> ours = connection.Value(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('meta', "
      "'schema_migrations')");
  if (!ours) return ErrorOf(ours);
  if (*ours == "2") return {};
  const Result<std::string> other =
      connection.Value("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name LIMIT 1");
  if (!other) return ErrorOf(other);
  if (!other->empty())
    return Foreign(connection, path, "it has a table " + *other + " and none of ours");
  return {};
}

Status CheckOwnerOf(const std::filesystem::path& path) {
  std::error_code failed;
  if (!std::filesystem::exists(path, failed) && !failed) return {};
  auto connection = Connection::Open(path, Connection::Mode::kLook);
  if (!connection) return ErrorOf(connection);
  return CheckOwner(**connection, path);
}

Status ClaimFile(Connection& connection) {
  const std::string mine = std::to_string(kApplicationId);
  const Result<std::string> id = connection.Value("PRAGMA application_id");
  if (!id) return ErrorOf(id);
  if (*id == mine) return {};
  return connection.Run("PRAGMA application_id = " + mine);
}

}  // namespace heirloom::sqlite
