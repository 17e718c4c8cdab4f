#include "appliance/wiring/settings/aws_settings.h"

namespace heirloom {

AwsKeys ReadAwsKeys(SettingsCheck& check, const std::string& prefix, const std::string& who) {
  using Source = AwsKeys::Source;
  static constexpr Choice<Source> kSources[] = {{"keys", Source::kKeys},
                                                {"file", Source::kFile},
                                                {"web-identity", Source::kWebIdentity},
                                                {"container", Source::kContainer}};
  AwsKeys keys;
  keys.source = ReadChoice(check, prefix + "_credentials", kSources);
  keys.access_key_id = check.Text(prefix + "_access_key_id");
  keys.secret_access_key = ReadSecret(check, prefix + "_secret_access_key");
  keys.credentials_file = ReadFileName(check, prefix + "_credentials_file");
  const bool has_keys = !keys.access_key_id.empty() && keys.secret_access_key.IsSet();
  if (keys.source == Source::kKeys && !has_keys) {
    check.Add(prefix + "_access_key_id",
              "and " + prefix + "_secret_access_key_file must be set for " + who + ", or another " +
                  prefix + "_credentials: file, web-identity or container");
  }
  if ((keys.source == Source::kFile) == keys.credentials_file.empty()) {
    check.Add(prefix + "_credentials_file",
              "and " + prefix + "_credentials = \"file\" belong together");
  }
  return keys;
}

}  // namespace heirloom
