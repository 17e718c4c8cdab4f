#pragma once

#include <filesystem>
#include <memory>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "storage/blob_store.h"
#include "storage/files/signed_url.h"

namespace heirloom {

// A BlobStore in a folder, which also says what a signed URL of its own allows.
class FilesBlobStore : public BlobStore {
 public:
  // kForbidden as VerifyGrant.
  virtual Result<files::BlobGrant> Verify(std::string_view method, std::string_view target) = 0;
};

// Opens the store in `folder`, which is made when it is not there. One process at a time: whoever
// holds the data directory's lock. `clock` and `random` must outlive it. kUnavailable in words when
// the folder cannot be used, kInternal when a newer version wrote it.
Result<std::unique_ptr<FilesBlobStore>> OpenFilesBlobStore(const std::filesystem::path& folder,
                                                           const Clock& clock, Random& random);

}  // namespace heirloom
