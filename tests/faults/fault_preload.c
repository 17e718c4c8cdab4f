/* A disk that fails on demand, for one process: LD_PRELOADed into it, it makes calls on chosen files
   fail. Driven through the file that HEIRLOOM_FAULT_CONTROL names, which is mapped, so that a test
   can arm it while the process runs:

     struct control { seen, fail_at, lasting, error, failed, calls }      all uint64

   `seen` counts the calls of the kinds in `calls` (bits below) on paths that contain
   HEIRLOOM_FAULT_PATH. The one that makes `seen` reach `fail_at` fails with errno `error`; with
   `lasting` all after it do, too, as on a full disk. fail_at 0: none. `failed` counts.

   Not seen: what is written through memory maps. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { kWrite = 1, kSync = 2, kOpen = 4, kRename = 8, kTruncate = 16 };

struct control {
  uint64_t seen, fail_at, lasting, error, failed, calls;
};

static struct control* control;
static const char* wanted;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void prepare(void) {
  const char* path = getenv("HEIRLOOM_FAULT_CONTROL");
  wanted = getenv("HEIRLOOM_FAULT_PATH");
  if (!path || !wanted) return;
  const int file = REAL(open)(path, O_RDWR | O_CLOEXEC);
  if (file < 0) abort();
  void* mapped = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) abort();
  close(file);
  control = mapped;
}

/* Whether this call fails; errno is set then. */
static int fails(uint64_t kind, const char* path) {
  if (!control || !(__atomic_load_n(&control->calls, __ATOMIC_ACQUIRE) & kind)) return 0;
  if (!path || !strstr(path, wanted)) return 0;
  const uint64_t number = __atomic_add_fetch(&control->seen, 1, __ATOMIC_ACQ_REL);
  const uint64_t at = __atomic_load_n(&control->fail_at, __ATOMIC_ACQUIRE);
  if (at == 0 || number < at || (number > at && !control->lasting)) return 0;
  __atomic_add_fetch(&control->failed, 1, __ATOMIC_ACQ_REL);
  errno = (int)control->error;
  return 1;
}

static int fails_on(uint64_t kind, int fd) {
  if (!control) return 0;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size <= 0) return 0;
  path[size] = 0;
  return fails(kind, path);
}

ssize_t write(int fd, const void* data, size_t size) {
  return fails_on(kWrite, fd) ? -1 : REAL(write)(fd, data, size);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
  return fails_on(kWrite, fd) ? -1 : REAL(pwrite)(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
  return fails_on(kWrite, fd) ? -1 : REAL(pwrite64)(fd, data, size, at);
}
int fsync(int fd) { return fails_on(kSync, fd) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return fails_on(kSync, fd) ? -1 : REAL(fdatasync)(fd); }
int ftruncate(int fd, off_t size) {
  return fails_on(kTruncate, fd) ? -1 : REAL(ftruncate)(fd, size);
}
int ftruncate64(int fd, off64_t size) {
  return fails_on(kTruncate, fd) ? -1 : REAL(ftruncate64)(fd, size);
}
int rename(const char* from, const char* to) {
  return fails(kRename, to) ? -1 : REAL(rename)(from, to);
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  return fails(kRename, to) ? -1 : REAL(renameat2)(from_folder, from, to_folder, to, flags);
}
int link(const char* from, const char* to) { return fails(kRename, to) ? -1 : REAL(link)(from, to); }

static mode_t mode_of(int flags, va_list more) {
  return flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
}

/* Opening to read does not fail here: that is another kind of trouble. */
static int writes(int flags) { return (flags & O_ACCMODE) != O_RDONLY; }

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return writes(flags) && fails(kOpen, path) ? -1 : REAL(open)(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return writes(flags) && fails(kOpen, path) ? -1 : REAL(open64)(path, flags, mode);
}
