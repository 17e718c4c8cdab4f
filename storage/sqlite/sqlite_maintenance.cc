#include "storage/sqlite/sqlite_maintenance.h"

#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include "storage/sqlite/connection.h"
#include "storage/sqlite/file_copy.h"
#include "storage/sqlite/files.h"
#include "storage/sqlite/inspection.h"

namespace heirloom {
namespace {

namespace fs = std::filesystem;
using sqlite::Connection;

constexpr char kMend[] =
    "stop the daemon and put a backup back: heirloom restore --data-dir DIR --from FILE";

// Removes a file that did not come to be a whole one.
class Partial {
 public:
  explicit Partial(fs::path path) : path_(std::move(path)) {}
  ~Partial() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  Partial(const Partial&) = delete;
  Partial& operator=(const Partial&) = delete;
  const fs::path& path() const { return path_; }

 private:
  const fs::path path_;
};

class SqliteMaintenance final : public DatabaseMaintenance {
 public:
  explicit SqliteMaintenance(SqliteMaintenanceOptions options) : options_(std::move(options)) {}

  Result<bool> Inspect(Findings& findings, Progress& progress) override {
    return sqlite::InspectFile({options_.path, options_.migrations, kMend}, findings, progress);
  }

  Result<Position> BackUp(const fs::path& out, Progress& progress) override {
    const std::unique_lock alone(mutex_, std::try_to_lock);
    if (!alone) return Fail(ErrorCode::kConflict, "another copy is just being made");
    std::error_code failed;
    if (fs::exists(out, failed)) {
      return Fail(ErrorCode::kConflict, out.string() + " is there already");
    }
    const Partial partial(out.string() + ".partial");
    if (Status copied = sqlite::CopyDatabaseFile(options_.path, partial.path(), progress);
        !copied) {
      return ErrorOf(copied);
    }
    Position position;
    if (Status whole = CheckCopy(partial.path(), progress, position); !whole) {
      return Fail(whole.error().code, "the copy was thrown away: " + whole.error().message);
    }
    if (progress.Cancelled()) {
      return Fail(ErrorCode::kUnavailable, "nobody waits for the copy any more");
    }
    if (Status named = sqlite::NameDurably(partial.path(), out); !named) return ErrorOf(named);
    return position;
  }

 private:
  static Status CheckCopy(const fs::path& path, Progress& progress, Position& position) {
    auto copy = Connection::Open(path, Connection::Mode::kLook);
    if (!copy) return ErrorOf(copy);
    if (Status whole = sqlite::CheckWhole(**copy, progress); !whole) return whole;
    auto at = sqlite::PositionOf(**copy);
    if (!at) return ErrorOf(at);
    position = std::move(*at);
    return {};
  }

  const SqliteMaintenanceOptions options_;
  std::mutex mutex_;
};

}  // namespace

std::unique_ptr<DatabaseMaintenance> MakeSqliteMaintenance(SqliteMaintenanceOptions options) {
  return std::make_unique<SqliteMaintenance>(std::move(options));
}

}  // namespace heirloom
