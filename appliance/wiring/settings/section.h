#pragma once

#include <array>
#include <span>

#include "appliance/wiring/config.h"
#include "appliance/wiring/config_keys.h"

namespace heirloom {

class SettingsCheck;

// Keys that belong together, and how they are read. README.md says how to add one.
struct ConfigSection {
  std::span<const ConfigKey> keys;  // Lives as long as the program.
  // Fills in its part of `config` and says to `check` what is wrong. What earlier sections read,
  // such as data_dir, is there.
  void (*read)(SettingsCheck& check, Config& config);
};

ConfigSection ProcessSection();
ConfigSection DatabaseSection();
ConfigSection BlobsSection();
ConfigSection GraphSection();
ConfigSection EventsSection();
ConfigSection SearchSection();
ConfigSection EmbedderSection();
ConfigSection HttpSection();
ConfigSection LimitsSection();
ConfigSection LogSection();

// In the order in which they are read, shown and documented.
inline std::array<ConfigSection, 10> ConfigSections() {
  return {ProcessSection(), DatabaseSection(), BlobsSection(), GraphSection(),  EventsSection(),
          SearchSection(),  EmbedderSection(), HttpSection(),  LimitsSection(), LogSection()};
}

}  // namespace heirloom
