#pragma once

#include <string>

#include "appliance/wiring/config.h"
#include "appliance/wiring/settings/settings_check.h"

namespace heirloom {

// Keys for a service of AWS's, by the settings that begin with `prefix`; `who` needs them. A
// section that calls it has the keys <prefix>_credentials, _access_key_id, _secret_access_key,
// _secret_access_key_file and _credentials_file.
AwsKeys ReadAwsKeys(SettingsCheck& check, const std::string& prefix, const std::string& who);

}  // namespace heirloom
