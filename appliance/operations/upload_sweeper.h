#pragma once

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "storage/blob_store.h"

namespace heirloom {

// Has uploads that nobody goes on with forgotten, and what killed processes left of them. An upload
// is abandoned a week after it began: no URL for one of its parts is good for longer. Of one
// thread.
class UploadSweeper {
 public:
  // Both must outlive it.
  UploadSweeper(BlobStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  // To be called often; it asks the store once in an hour, also when that failed.
  Status Housekeep();

 private:
  BlobStore& store_;
  const Clock& clock_;
  Time next_{};
};

}  // namespace heirloom
