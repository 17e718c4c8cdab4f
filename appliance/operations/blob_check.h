#pragma once

#include <cstdint>

#include "appliance/base/progress.h"
#include "appliance/base/result.h"
#include "appliance/domain/finding.h"
#include "storage/blob_store.h"
#include "storage/database.h"

namespace heirloom {

// One look reads this much again at most: a bucket of films is not read through for a daily check.
inline constexpr std::int64_t kBlobBytesRead = std::int64_t{16} << 30;

// Whether what the blob store holds of this database's tenants is what was put into it: each blob
// read once, against the size and the sums that are kept beside it. No row names blobs yet, so none
// can be missing. Goes through the store in pages, beside whoever writes; what changes or goes
// meanwhile is let be. After `most_bytes` of content the rest is only counted, which is noted.
// Gives the number of blobs. kUnavailable when it was called off, which is noticed between two
// blobs, or when the store does not answer.
Result<std::int64_t> CheckBlobs(Database& database, BlobStore& store, Findings& findings,
                                Progress& progress, std::int64_t most_bytes = kBlobBytesRead);

}  // namespace heirloom
