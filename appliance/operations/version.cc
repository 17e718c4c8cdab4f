#include "appliance/operations/version.h"

namespace heirloom {

std::string_view Version() { return HEIRLOOM_VERSION; }

}  // namespace heirloom
