#include "storage/files/leftovers.h"

#include <sys/stat.h>

#include <cstdint>

#include "storage/files/record.h"

namespace heirloom::files {
namespace {

// Of a file that was linked the time of that counts as well: a copy is on its way, and young.
bool IsOlder(const fs::path& path, Time before) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return false;
  constexpr std::int64_t kSecond = 1'000'000;
  return about.st_ctim.tv_sec * kSecond < before.micros;
}

Status RemoveIn(const fs::path& folder, Time before) {
  const Result<std::vector<std::string>> names = NamesIn(folder);
  if (!names) return ErrorOf(names);
  for (const std::string& name : *names) {
    if (name.ends_with(".json") || !IsOlder(folder / name, before)) continue;
    const std::string record_name = name.substr(0, name.find('.')) + ".json";
    const Result<std::string> text = ReadSmallFile(folder / record_name);
    if (!text && text.error().code != ErrorCode::kNotFound) return ErrorOf(text);
    if (text) {
      const Result<Record> record = ReadRecord(*text);
      if (!record || record->data == name) continue;
    }
    if (const Status removed = Remove(folder / name); !removed) return removed;
  }
  return {};
}

}  // namespace

Status RemoveUnnamed(const Layout& layout, Time before) {
  const Result<std::vector<std::string>> tenants = NamesIn(layout.Tenants());
  if (!tenants) return ErrorOf(tenants);
  for (const std::string& tenant : *tenants) {
    const Result<std::vector<std::string>> shelves = NamesIn(layout.Tenant(tenant));
    if (!shelves) return ErrorOf(shelves);
    for (const std::string& shelf : *shelves) {
      const Status removed = RemoveIn(layout.Tenant(tenant) / shelf, before);
      if (!removed) return removed;
    }
  }
  return {};
}

}  // namespace heirloom::files
