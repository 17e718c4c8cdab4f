#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string_view>

#include "appliance/base/digest.h"
#include "appliance/base/result.h"
#include "storage/blob_store.h"
#include "storage/s3/s3_client.h"

namespace heirloom::s3 {

// Reads one blob as it was when the read began, span after span; what breaks is gone on with where
// it broke. For one read; what it is given must outlive it.
class Reading {
 public:
  // `about` asks for the whole object, `info` is what its head said.
  Reading(const Client& client, const Ask& about, const BlobInfo& info, const BlobSink& sink,
          const std::stop_token& stop)
      : client_(client), about_(about), info_(info), sink_(sink), stop_(stop) {}

  // Gives the sink `length` bytes from `offset`. kUnavailable when the blob was changed meanwhile,
  // kInternal when its bytes are not those that were written; else what the sink or server said.
  Status Run(std::int64_t offset, std::int64_t length);

 private:
  Status ReadOnce(std::int64_t offset, std::int64_t wanted);
  Status Changed();
  Status Take(std::string_view piece);

  const Client& client_;
  const Ask& about_;
  const BlobInfo& info_;
  const BlobSink& sink_;
  const std::stop_token& stop_;
  std::int64_t received_ = 0, wanted_ = 0;  // Of the span that is asked for.
  Crc32c sum_;
  std::optional<Error> refusal_;  // What no trying again mends.
};

}  // namespace heirloom::s3
