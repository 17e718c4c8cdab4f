#include "index/xapian/generations.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "appliance/base/number.h"

namespace heirloom::xapian {
namespace {

namespace fs = std::filesystem;

constexpr char kCurrent[] = "CURRENT";
constexpr std::size_t kDigits = 6;

// 0 for a name that is none of ours.
unsigned long NumberOf(const std::string& name) {
  return ParseNumber<unsigned long>(name).value_or(0);
}

std::vector<fs::path> EntriesOf(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    entries.push_back(it->path());
  }
  return entries;
}

bool Sync(const fs::path& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) return false;
  const bool synced = ::fsync(file) == 0;
  return ::close(file) == 0 && synced;
}

tl::unexpected<Error> Failed(const std::string& what, int error) {
  return Fail(ErrorCode::kUnavailable, "search index: " + what + ": " + std::strerror(error));
}

}  // namespace

Result<Generations> Generations::Open(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_directory(folder, error)) fs::remove(folder, error);
  fs::create_directories(folder, error);
  if (error) return Failed("its folder cannot be made", error.value());
  return Generations(folder);
}

fs::path Generations::Current() const {
  std::ifstream file(folder_ / kCurrent);
  std::string name;
  std::getline(file, name);
  std::error_code error;
  const fs::path path = folder_ / name;
  return NumberOf(name) > 0 && fs::is_directory(path, error) ? path : fs::path();
}

fs::path Generations::New() {
  unsigned long last = 0;
  for (const fs::path& entry : EntriesOf(folder_)) {
    last = std::max(last, NumberOf(entry.stem().string()));
  }
  const std::string number = std::to_string(last + 1);
  return folder_ / (std::string(kDigits - std::min(kDigits, number.size()), '0') + number);
}

Status Generations::MakeCurrent(const fs::path& generation) {
  const fs::path fresh = folder_ / (std::string(kCurrent) + ".new");
  {
    std::ofstream file(fresh, std::ios::trunc);
    file << generation.filename().string() << '\n';
    file.close();
    if (!file || !Sync(fresh, O_WRONLY)) return Failed("it cannot be switched", errno);
  }
  if (!Sync(folder_, O_DIRECTORY | O_RDONLY)) return Failed("it cannot be switched", errno);
  if (::rename(fresh.c_str(), (folder_ / kCurrent).c_str()) != 0) {
    return Failed("it cannot be switched", errno);
  }
  // Should this last step not outlive a loss of power, the next start finds the old name and maybe
  // nothing there: it builds the index again.
  (void)Sync(folder_, O_DIRECTORY | O_RDONLY);
  return {};
}

void Generations::Sweep(const fs::path& keep) const {
  std::error_code error;
  for (const fs::path& entry : EntriesOf(folder_)) {
    if (entry != keep && entry.filename() != kCurrent) fs::remove_all(entry, error);
  }
  for (const fs::path& entry : EntriesOf(folder_.parent_path())) {
    const bool ours = entry.filename().string().starts_with("stories");
    if (ours && entry != folder_) fs::remove_all(entry, error);
  }
}

}  // namespace heirloom::xapian
