// Photographs, recordings and what is made of them: a folder or a bucket.
#include "appliance/wiring/settings/aws_settings.h"
#include "appliance/wiring/settings/section.h"
#include "appliance/wiring/settings/settings_check.h"
#include "storage/s3/s3_options.h"

namespace heirloom {
namespace {

constexpr std::string_view kKey = "storage.blobs";
constexpr ConfigKey kKeys[] = {
    {kKey, "file:blobs"},
    {"storage.blobs_credentials", "keys"},
    {"storage.blobs_access_key_id", ""},
    {"storage.blobs_secret_access_key", "", ConfigKey::Kind::kSecret},
    {"storage.blobs_secret_access_key_file", ""},
    {"storage.blobs_credentials_file", ""},
    {"storage.blobs_ca_file", ""},
};

void Read(SettingsCheck& check, Config& config) {
  const std::string url = check.Text(kKey);
  if (!url.starts_with("s3:")) {
    config.storage.blobs_folder =
        ReadEmbedded(check, kKey, "file", config.data_dir, " or s3://BUCKET?region=REGION");
    check.RefuseAllOf("storage.blobs_", "is for a bucket, and storage.blobs is none");
    return;
  }
  if (const auto options = s3::ParseUrl(url); !options) check.Add(kKey, options.error().message);
  config.storage.bucket = {url, ReadAwsKeys(check, "storage.blobs", "a bucket"),
                           ReadFileName(check, "storage.blobs_ca_file")};
}

}  // namespace

ConfigSection BlobsSection() { return {kKeys, Read}; }

}  // namespace heirloom
