#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "appliance/base/result.h"
#include "storage/blob_store.h"

namespace heirloom::promotion {

// Keeps one blob of `from` in `to` as well, with type and tags, and reads back what arrived:
// kInternal when its bytes are others. One that is there already with the same bytes is left. Needs
// memory for one part. Gives its size.
Result<std::int64_t> CopyBlob(BlobStore& from, BlobStore& to, const BlobKey& key);

// What a tenant has in a store.
struct BlobCount {
  std::int64_t blobs = 0;
  std::int64_t bytes = 0;

  friend bool operator==(const BlobCount&, const BlobCount&) = default;
};
Result<BlobCount> CountBlobs(BlobStore& store, const std::string& tenant_id);

}  // namespace heirloom::promotion
