#include "appliance/wiring/settings/share.h"

namespace heirloom {

std::filesystem::path ShareFolder() {
  std::error_code failed;
  const std::filesystem::path binary = std::filesystem::read_symlink("/proc/self/exe", failed);
  return binary.parent_path().parent_path() / "share/heirloom";
}

}  // namespace heirloom
