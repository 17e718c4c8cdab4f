#include "storage/sqlite/file_copy.h"

#include <sqlite3.h>

#include <memory>
#include <string>
#include <system_error>

#include "storage/sqlite/connection.h"
#include "storage/sqlite/files.h"

namespace heirloom::sqlite {
namespace {

constexpr int kPagesAtOnce = 1'024;

struct EndBackup {
  void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};
using Database = std::unique_ptr<sqlite3, CloseConnection>;
using Backup = std::unique_ptr<sqlite3_backup, EndBackup>;

Result<Database> OpenTarget(const std::filesystem::path& path) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, nullptr);
  Database database(handle);
  if (code != SQLITE_OK) return ErrorOf(Failure(handle, code, "open " + path.string()));
  return database;
}

Status Run(sqlite3* database, const char* sql) {
  const int code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Status() : Failure(database, code, sql);
}

Status CopyPages(sqlite3* from, sqlite3* to, Progress& progress) {
  const Backup backup(sqlite3_backup_init(to, "main", from, "main"));
  if (!backup) return Failure(to, sqlite3_extended_errcode(to), "begin a copy");
  for (;;) {
    const int code = sqlite3_backup_step(backup.get(), kPagesAtOnce);
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_OK) return Failure(nullptr, code, "copy pages");
    const int total = sqlite3_backup_pagecount(backup.get());
    progress.Show("copying the database's pages", total - sqlite3_backup_remaining(backup.get()),
                  total);
    if (progress.Cancelled()) {
      return Fail(ErrorCode::kUnavailable, "nobody waits for the copy any more");
    }
  }
}

Status Copy(const std::filesystem::path& from, const std::filesystem::path& to,
            Progress& progress) {
  auto source = Connection::Open(from, Connection::Mode::kLook);
  if (!source) return ErrorOf(source);
  // One snapshot for all steps: otherwise each write beside it would start the copy again.
  if (Status begun = (*source)->Run("BEGIN"); !begun) return begun;
  if (const auto any = (*source)->Value("SELECT count(*) FROM sqlite_schema"); !any) {
    return ErrorOf(any);
  }
  if (Status made = MakePrivateFile(to); !made) return made;
  auto target = OpenTarget(to);
  if (!target) return ErrorOf(target);
  if (Status copied = CopyPages((*source)->raw(), target->get(), progress); !copied) return copied;
  // The copied header says that there is a log beside it; it is to stand alone.
  target->reset();
  target = OpenTarget(to);
  if (!target) return ErrorOf(target);
  if (Status alone = Run(target->get(), "PRAGMA journal_mode = DELETE"); !alone) return alone;
  target->reset();
  return SyncFile(to);
}

}  // namespace

Status CopyDatabaseFile(const std::filesystem::path& from, const std::filesystem::path& to,
                        Progress& progress) {
  Status copied = Copy(from, to, progress);
  if (!copied) {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      std::error_code ignored;
      std::filesystem::remove(to.string() + suffix, ignored);
    }
  }
  return copied;
}

}  // namespace heirloom::sqlite
