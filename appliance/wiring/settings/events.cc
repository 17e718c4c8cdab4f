// What carries events on, beside the outbox.
#include <set>

#include "appliance/wiring/settings/aws_settings.h"
#include "appliance/wiring/settings/section.h"
#include "appliance/wiring/settings/settings_check.h"
#include "storage/event_bus.h"
#include "storage/sns_sqs/address.h"

namespace heirloom {
namespace {

constexpr std::string_view kKey = "storage.events";
constexpr ConfigKey kKeys[] = {
    {kKey, "local:"},
    {"storage.events_consumers", "", ConfigKey::Kind::kList},
    {"storage.events_credentials", "keys"},
    {"storage.events_credentials_file", ""},
    {"storage.events_access_key_id", ""},
    {"storage.events_secret_access_key", "", ConfigKey::Kind::kSecret},
    {"storage.events_secret_access_key_file", ""},
    {"storage.events_ca_file", ""},
};

std::vector<std::string> ReadConsumers(SettingsCheck& check) {
  static constexpr std::string_view kConsumers = "storage.events_consumers";
  std::vector<std::string> consumers = check.List(kConsumers);
  if (consumers.empty()) {
    check.Add(kConsumers,
              "is not set; name who follows the events: each name gets a queue of its own");
  }
  std::set<std::string> seen;
  for (const std::string& name : consumers) {
    if (!IsConsumerName(name)) {
      check.Add(kConsumers, "'" + name + "' is no name for a queue: small letters, digits and -, " +
                                "a letter first, at most 32");
    } else if (!seen.insert(name).second) {
      check.Add(kConsumers, "'" + name + "' stands there twice");
    }
  }
  return consumers;
}

void Read(SettingsCheck& check, Config& config) {
  const std::string url = check.Text(kKey);
  if (url == "local:") {
    return check.RefuseAllOf("storage.events_", "is for sns+sqs, and storage.events is another");
  }
  if (!url.starts_with("sns+sqs://")) {
    return check.Add(kKey, "this build has no adapter for '" + url +
                               "'; use local: or sns+sqs://TOPIC?region=REGION");
  }
  if (const auto address = SnsSqsAddress::Parse(url); !address) {
    check.Add(kKey, address.error().message);
  }
  config.storage.events = {url, ReadConsumers(check),
                           ReadAwsKeys(check, "storage.events", "SNS and SQS"),
                           ReadFileName(check, "storage.events_ca_file")};
}

}  // namespace

ConfigSection EventsSection() { return {kKeys, Read}; }

}  // namespace heirloom
