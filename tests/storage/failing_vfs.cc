#include "tests/storage/failing_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <mutex>

namespace heirloom::testing {
namespace {

// SQLite calls plain functions, so their state is the file's: it is the disk that all share.
std::atomic<int> log_syncs{0};
std::atomic<bool> syncs_fail{false};
std::atomic<bool> disk_full{false};
sqlite3_vfs* real_vfs = nullptr;
sqlite3_vfs vfs;
sqlite3_io_methods log_methods;
const sqlite3_io_methods* real_methods = nullptr;
std::once_flag methods_copied;

int SyncLog(sqlite3_file* file, int flags) {
  ++log_syncs;
  return syncs_fail ? SQLITE_IOERR_FSYNC : real_methods->xSync(file, flags);
}

int WriteLog(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  return disk_full ? SQLITE_FULL : real_methods->xWrite(file, bytes, size, offset);
}

// Opens as ever, then puts our methods in place of the log's.
int Open(sqlite3_vfs* self, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const int code = real_vfs->xOpen(self, name, file, flags, out_flags);
  if (code != SQLITE_OK || (flags & SQLITE_OPEN_WAL) == 0) return code;
  // The same table for every file of a VFS, so it is copied once.
  std::call_once(methods_copied, [&] {
    real_methods = file->pMethods;
    log_methods = *real_methods;
    log_methods.xSync = SyncLog;
    log_methods.xWrite = WriteLog;
  });
  file->pMethods = &log_methods;
  return code;
}

}  // namespace

FailingVfs::FailingVfs() {
  log_syncs = 0;
  syncs_fail = false;
  disk_full = false;
  real_vfs = sqlite3_vfs_find(nullptr);
  vfs = *real_vfs;
  vfs.pNext = nullptr;
  vfs.zName = "heirloom-failing";
  vfs.xOpen = Open;
  sqlite3_vfs_register(&vfs, 1);
}

FailingVfs::~FailingVfs() {
  sqlite3_vfs_unregister(&vfs);
  sqlite3_vfs_register(real_vfs, 1);
}

int FailingVfs::LogSyncs() const { return log_syncs; }
void FailingVfs::FailLogSyncs(bool fail) { syncs_fail = fail; }
void FailingVfs::FillDisk(bool full) { disk_full = full; }

}  // namespace heirloom::testing
