#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "appliance/base/encoding.h"
#include "appliance/base/number.h"
#include "storage/migrations/migration_runner.h"
#include "storage/seal.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/file_copy.h"
#include "storage/sqlite/file_owner.h"
#include "storage/sqlite/files.h"
#include "storage/sqlite/inspection.h"
#include "storage/sqlite/sqlite_maintenance.h"

namespace heirloom {
namespace {

namespace fs = std::filesystem;
using sqlite::Connection;

fs::path Beside(const fs::path& path, const std::string& suffix) { return path.string() + suffix; }

bool IsThere(const fs::path& path) {
  std::error_code failed;
  return fs::exists(path, failed);
}

// 20260131T081500.000000Z: sorts, and is a plain file name everywhere.
std::string Stamp(Time now) {
  std::string text = ToRfc3339(now);
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '-' || c == ':'; }),
             text.end());
  return text;
}

Status CheckSource(const fs::path& from, Progress& progress) {
  if (!IsThere(from)) return Fail(ErrorCode::kNotFound, "there is no file " + from.string());
  auto opened = Connection::Open(from, Connection::Mode::kLook);
  Status good = opened ? Status() : Status(ErrorOf(opened));
  if (good) good = sqlite::CheckOwner(**opened, from);
  if (good) good = sqlite::CheckWhole(**opened, progress);
  if (!good) {
    return Fail(ErrorCode::kInvalidArgument,
                from.string() + " cannot be put back: " + good.error().message);
  }
  const auto epoch = (*opened)->Value("SELECT value FROM meta WHERE key = 'epoch'");
  const auto oldest = (*opened)->Value("SELECT value FROM meta WHERE key = 'oldest_compatible'");
  const auto schema = oldest ? ParseNumber<int>(*oldest) : std::nullopt;
  if (!epoch || epoch->empty() || !schema) {
    return Fail(ErrorCode::kInvalidArgument, from.string() + " is no copy of a Heirloom database");
  }
  if (*schema > AllMigrations().back().number) {
    return Fail(ErrorCode::kInvalidArgument,
                from.string() + " needs a newer version of this program");
  }
  return {};
}

// What makes the copy another history than the one it was taken from.
Result<Position> BeginNewHistory(const fs::path& copy, Random& random) {
  auto connection = Connection::Open(copy, Connection::Mode::kReadWrite);
  if (!connection) return ErrorOf(connection);
  if (Status begun = (*connection)->Run("BEGIN IMMEDIATE"); !begun) return ErrorOf(begun);
  const std::string epoch = NewEpoch(random);
  const std::array<SqlValue, 1> values = {std::string_view(epoch)};
  const auto renewed =
      (*connection)->Execute("UPDATE meta SET value = $1 WHERE key = 'epoch'", values);
  if (!renewed) return ErrorOf(renewed);
  const auto ended = (*connection)->Execute("DELETE FROM sessions", {});
  if (!ended) return ErrorOf(ended);
  const auto unsealed = (*connection)->Execute(kUnsealCopySql, {});
  if (!unsealed) return ErrorOf(unsealed);
  if (Status committed = (*connection)->Run("COMMIT"); !committed) return ErrorOf(committed);
  auto position = sqlite::PositionOf(**connection);
  if (Status whole = (*connection)->CheckpointTruncate(std::chrono::seconds(1)); !whole) {
    return ErrorOf(whole);
  }
  return position;
}

// Brings what is still in the log of the database that is replaced into its file. One that is so
// damaged that this fails keeps its log, under its new name.
void EmptyLog(const fs::path& path) {
  auto connection = Connection::Open(path, Connection::Mode::kReadWrite);
  if (!connection) return;
  // When it fails the log is still there, and is moved along.
  [[maybe_unused]] const Status emptied =
      (*connection)->CheckpointTruncate(std::chrono::seconds(1));
}

// The database keeps its name until the copy takes it: at no moment is there none, which the next
// start would take for a new installation.
Status SetAside(const fs::path& path, const fs::path& aside) {
  EmptyLog(path);
  // A log that stayed would be taken for the copy's.
  for (const char* suffix : {"-wal", "-shm"}) {
    if (!IsThere(Beside(path, suffix))) continue;
    Status moved = sqlite::NameDurably(Beside(path, suffix), Beside(aside, suffix));
    if (!moved) return moved;
  }
  if (::link(path.c_str(), aside.c_str()) != 0) {
    return Fail(ErrorCode::kUnavailable,
                "cannot keep " + path.string() + " aside: " + std::strerror(errno));
  }
  return sqlite::SyncFolderOf(aside);
}

}  // namespace

Result<Restored> RestoreSqliteDatabase(const SqliteRestoreOptions& options, Progress& progress) {
  if (Status good = CheckSource(options.from, progress); !good) return ErrorOf(good);
  const fs::path copy = Beside(options.path, ".restoring");
  std::error_code failed;
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(Beside(copy, suffix), failed);
  if (Status copied = sqlite::CopyDatabaseFile(options.from, copy, progress); !copied) {
    return ErrorOf(copied);
  }
  auto position = BeginNewHistory(copy, options.random);
  if (!position) return ErrorOf(position);
  if (Status synced = sqlite::SyncFile(copy); !synced) return ErrorOf(synced);

  Restored restored{std::move(*position), {}};
  if (IsThere(options.path)) {
    restored.replaced = Beside(options.path, ".replaced-" + Stamp(options.clock.Now()));
    if (Status kept = SetAside(options.path, restored.replaced); !kept) return ErrorOf(kept);
  }
  fs::rename(copy, options.path, failed);
  if (failed) {
    return Fail(ErrorCode::kUnavailable, "cannot put the copy in its place: " + failed.message());
  }
  if (Status synced = sqlite::SyncFolderOf(options.path); !synced) return ErrorOf(synced);
  return restored;
}

}  // namespace heirloom
