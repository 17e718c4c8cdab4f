#include "appliance/wiring/config.h"

#include "appliance/wiring/settings/section.h"
#include "appliance/wiring/settings/settings_check.h"

namespace heirloom {
namespace {

// What lies in a data directory one process alone can have open.
void CheckNothingIsEmbedded(SettingsCheck& check, const Config& config) {
  const auto refuse = [&](bool embedded, std::string_view key, const std::string& fix) {
    if (!embedded) return;
    check.Add(key, "'" + check.Text(key) + "' is for one process alone, and serve.roles has only " +
                       config.roles.Names() + " in this one; " + fix);
  };
  refuse(!config.storage.postgres, "storage.database", "use postgresql://USER@HOST/NAME");
  refuse(!config.storage.neo4j, "storage.graph", "use neo4j+https://HOST:7473/DATABASE");
  refuse(!config.storage.bucket, "storage.blobs", "use s3://BUCKET?region=REGION");
  refuse(!config.storage.events, "storage.events", "use sns+sqs://TOPIC?region=REGION");
  refuse(!config.index.opensearch, "index.search", "use opensearch+https://HOST:9200/PREFIX");
}

}  // namespace

Result<Config> MakeConfig(const std::vector<Setting>& settings) {
  SettingsCheck check(settings);
  for (const Setting& setting : settings) {
    if (!FindConfigKey(setting.key)) check.Add(setting.key, UnknownKey(setting.key));
  }

  Config config;
  for (const ConfigSection& section : ConfigSections()) section.read(check, config);
  if (!config.roles.AreAll()) CheckNothingIsEmbedded(check, config);

  std::vector<FieldError> errors = check.TakeErrors();
  if (!errors.empty()) return FailFields(std::move(errors));
  return config;
}

}  // namespace heirloom
