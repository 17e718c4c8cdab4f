// What is said about what happens, and how.
#include "appliance/wiring/settings/section.h"
#include "appliance/wiring/settings/settings_check.h"

namespace heirloom {
namespace {

constexpr ConfigKey kKeys[] = {{"log.level", "info"}, {"log.format", "auto"}};

constexpr Choice<LogLevel> kLevels[] = {{"debug", LogLevel::kDebug},
                                        {"info", LogLevel::kInfo},
                                        {"warn", LogLevel::kWarn},
                                        {"error", LogLevel::kError}};
constexpr Choice<std::optional<LogFormat>> kFormats[] = {
    {"auto", std::nullopt}, {"text", LogFormat::kText}, {"json", LogFormat::kJson}};

void Read(SettingsCheck& check, Config& config) {
  config.log.level = ReadChoice(check, "log.level", kLevels);
  config.log.format = ReadChoice(check, "log.format", kFormats);
}

}  // namespace

ConfigSection LogSection() { return {kKeys, Read}; }

}  // namespace heirloom
