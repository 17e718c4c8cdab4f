#include "index/xapian/damage.h"

#include <fstream>
#include <system_error>

#include "appliance/base/log.h"

namespace heirloom::xapian {
namespace {

std::filesystem::path MarkOf(std::filesystem::path database) { return database += ".damaged"; }

}  // namespace

void MarkDamaged(const std::filesystem::path& database) {
  LogError("search index is damaged; the next start builds it again");
  const std::ofstream mark(MarkOf(database));
}

bool IsMarkedDamaged(const std::filesystem::path& database) {
  std::error_code error;
  return std::filesystem::exists(MarkOf(database), error);
}

void ForgetDamage(const std::filesystem::path& database) {
  std::error_code error;
  std::filesystem::remove(MarkOf(database), error);
}

}  // namespace heirloom::xapian
