#include "appliance/wiring/blobs.h"

#include <string>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/wiring/aws_keys.h"
#include "storage/aws/request_signer.h"
#include "storage/files/files_blob_store.h"
#include "storage/s3/s3_blob_store.h"

namespace heirloom {
Status Blobs::OpenBucket(const BlobService& service, Platform& platform) {
  s3::Options options = s3::ParseUrl(service.url).value();
  auto credentials = MakeAwsCredentials(service.keys, "storage.blobs_credentials", options.region,
                                        platform.remote);
  if (!credentials) return ErrorOf(credentials);
  credentials_ = std::move(*credentials);
  RemoteOptions manners = s3::BucketManners();
  manners.trust_setting = "storage.blobs_ca_file";
  manners.access_setting = "storage.blobs_credentials and the keys that it names";
  http_ = MakeRemoteService(
      std::move(manners), service.ca_file.string(),
      aws::MakeSigV4Signer(*credentials_, aws::SigningScope::S3(options.region), platform.clock),
      platform.remote);
  provision_ = [this, options, &clock = platform.clock] {
    return s3::ProvisionBucket(options, *http_, *credentials_, clock);
  };
  store_ =
      MakeS3BlobStore(std::move(options), *http_, *credentials_, platform.clock, platform.random);
  return {};
}

Result<std::unique_ptr<Blobs>> Blobs::Open(const Config& config, Platform& platform) {
  std::unique_ptr<Blobs> blobs(new Blobs());
  if (config.storage.bucket) {
    const Status opened = blobs->OpenBucket(*config.storage.bucket, platform);
    if (!opened) return ErrorOf(opened);
    return blobs;
  }
  auto files = OpenFilesBlobStore(config.storage.blobs_folder, platform.clock, platform.random);
  if (!files) return ErrorOf(files);
  blobs->store_ = std::move(*files);
  return blobs;
}

CheckResult Blobs::Check() {
  const Status pinged = store_->Ping();
  if (pinged) return {};
  LogWarn("the blob store does not let us in", {{"reason", pinged.error().message}});
  return {CheckResult::State::kBehind, "Does not let us in; see the log."};
}

Status Blobs::Provision() {
  if (!provision_) return {};
  const Result<bool> made = provision_();
  if (!made) return ErrorOf(made);
  return {};
}

Status ProvisionBlobs(const Config& config, Platform& platform) {
  if (!config.storage.bucket) return {};
  const auto blobs = Blobs::Open(config, platform);
  if (!blobs) return ErrorOf(blobs);
  return (*blobs)->Provision();
}

}  // namespace heirloom
