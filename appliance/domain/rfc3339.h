#pragma once

#include <optional>
#include <string_view>

#include "appliance/base/clock.h"

namespace heirloom {

// Exactly what ToRfc3339 writes, "2026-01-31T08:15:00.000000Z"; nullopt for anything else.
std::optional<Time> ParseRfc3339(std::string_view text);

}  // namespace heirloom
