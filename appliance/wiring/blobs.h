#pragma once

#include <functional>
#include <memory>

#include "appliance/base/result.h"
#include "appliance/operations/health_service.h"
#include "appliance/wiring/config.h"
#include "appliance/wiring/core.h"
#include "storage/aws/credentials.h"
#include "storage/blob_store.h"
#include "storage/remote/remote_service.h"

namespace heirloom {

// The blob store that the configuration names, with all that it asks through.
class Blobs {
 public:
  // Of one in the data directory the caller holds the lock. One that is elsewhere is asked nothing
  // yet: a start does not wait for it. kInvalidArgument in words when its credentials cannot be
  // found. `platform` must outlive it.
  static Result<std::unique_ptr<Blobs>> Open(const Config& config, Platform& platform);

  BlobStore& store() { return *store_; }

  // Whether it lets us in. Never failing: what needs no blobs goes on without it.
  CheckResult Check();

  // Makes the bucket that is configured when it is not there; nothing for files.
  Status Provision();

 private:
  Blobs() = default;
  Status OpenBucket(const BlobService& service, Platform& platform);

  std::shared_ptr<aws::CredentialsProvider> credentials_;
  std::unique_ptr<RemoteService> http_;
  std::function<Result<bool>()> provision_;
  std::unique_ptr<BlobStore> store_;
};

// For `heirloom migrate --provision`.
Status ProvisionBlobs(const Config& config, Platform& platform);

}  // namespace heirloom
