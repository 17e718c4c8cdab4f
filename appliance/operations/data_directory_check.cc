#include "appliance/operations/data_directory_check.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>

namespace heirloom {
namespace {

namespace fs = std::filesystem;

constexpr char kFiles[] = "files";
constexpr char kSpace[] = "space";
constexpr int kMostFiles = 20'000;  // An index has dozens; a folder with more holds something else.
constexpr std::uint64_t kMiB = 1u << 20;
constexpr std::uint64_t kTooLittle = 64 * kMiB;
constexpr std::uint64_t kLittle = 1024 * kMiB;
constexpr std::uint64_t kFewFiles = 1'000;

std::string Quoted(const fs::path& path) { return "'" + path.string() + "'"; }

class FilesCheck {
 public:
  FilesCheck(const fs::path& root, const struct stat& about_root, Findings& findings)
      : root_(root), owner_(about_root.st_uid), findings_(findings) {}

  void Run() {
    Look(root_);
    std::error_code failed;
    fs::recursive_directory_iterator it(root_, fs::directory_options::skip_permission_denied,
                                        failed);
    int looked_at = 0;
    for (; !failed && it != fs::recursive_directory_iterator(); it.increment(failed)) {
      if (++looked_at > kMostFiles) {
        findings_.Note(kFiles, "there are more files than were looked at");
        return;
      }
      Look(it->path());
    }
    if (failed) {
      findings_.Error(kFiles, "not every file can be seen: " + failed.message(),
                      "chown -R " + std::to_string(owner_) + " " + Quoted(root_));
    }
  }

 private:
  void Look(const fs::path& path) {
    struct stat about {};
    // Files come and go beside a daemon.
    if (::lstat(path.c_str(), &about) != 0 || S_ISLNK(about.st_mode)) return;
    const std::string name = path == root_ ? "the data directory" : fs::relative(path, root_);
    if ((about.st_mode & 077) != 0) {
      findings_.Warning(kFiles, name + " can be reached by other users of this machine",
                        "chmod -R go-rwx " + Quoted(path));
    }
    if (about.st_uid != owner_) {
      findings_.Warning(kFiles,
                        name + " belongs to user " + std::to_string(about.st_uid) +
                            ", the data directory to user " + std::to_string(owner_),
                        "chown -R " + std::to_string(owner_) + " " + Quoted(root_));
    }
    if (path.parent_path() == root_) LookForLeftover(path, about);
  }

  void LookForLeftover(const fs::path& path, const struct stat& about) {
    const std::string name = path.filename();
    if (name.ends_with(".partial") || name.ends_with(".restoring")) {
      findings_.Warning(kFiles, name + " was left by a copy that was interrupted",
                        "rm " + Quoted(path));
    } else if (name.find(".replaced-") != std::string::npos && !name.ends_with("-wal") &&
               !name.ends_with("-shm")) {
      findings_.Note(kFiles, name + " is what a restore replaced (" +
                                 std::to_string(static_cast<std::uint64_t>(about.st_size) / kMiB) +
                                 " MiB); remove it when it is no longer wanted");
    }
  }

  const fs::path& root_;
  const uid_t owner_;
  Findings& findings_;
};

void CheckSpace(const fs::path& path, Findings& findings) {
  struct statvfs about {};
  if (::statvfs(path.c_str(), &about) != 0) {
    findings.Error(kSpace,
                   std::string("the disk does not say how full it is: ") + std::strerror(errno),
                   "look at the disk");
    return;
  }
  const std::uint64_t free = std::uint64_t{about.f_bavail} * about.f_frsize;
  const std::string left =
      std::to_string(free / kMiB) + " MiB are left on the data directory's disk";
  static constexpr char kMend[] = "free some space, or move the data directory to a larger disk";
  if (free < kTooLittle) {
    findings.Error(kSpace, left + ": writing will fail", kMend);
  } else if (free < kLittle) {
    findings.Warning(kSpace, left, kMend);
  }
  // Some file systems do not count them and say 0 of 0.
  if (about.f_files > 0 && about.f_favail < kFewFiles) {
    findings.Warning(
        kSpace, "only " + std::to_string(about.f_favail) + " more files can be made on its disk",
        "remove files that are not needed");
  }
}

}  // namespace

void CheckDataDirectory(const fs::path& path, Findings& findings) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) {
    findings.Error(kFiles,
                   "the data directory cannot be looked at: " + std::string(std::strerror(errno)),
                   "run this as the user who runs the daemon");
    return;
  }
  FilesCheck(path, about, findings).Run();
  CheckSpace(path, findings);
}

}  // namespace heirloom
