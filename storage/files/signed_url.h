#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "storage/blob_store.h"

namespace heirloom::files {

// What a signed URL of the appliance's own allows. The signature binds all of it.
struct BlobGrant {
  enum class Action { kRead, kSendPart } action = Action::kRead;
  BlobKey key;
  Time expires;                     // To the second.
  std::string content_type;         // kRead: what the answer says. Empty: the kept type.
  std::string content_disposition;  // kRead.
  std::string upload_id;            // kSendPart, and the next two.
  int part = 0;
  std::int64_t length = 0;  // Of the part; the request must have exactly this Content-Length.

  std::string_view Method() const { return action == Action::kRead ? "GET" : "PUT"; }
  friend bool operator==(const BlobGrant&, const BlobGrant&) = default;
};

// Where signed URLs begin.
inline constexpr std::string_view kSignedPath = "/blobs/";

// "/blobs/<tenant>/<name>?expires=…&signature=…", signed with HMAC-SHA-256 by `key` (32 bytes of a
// random generator).
std::string SignGrant(std::string_view key, const BlobGrant& grant);

// What `target` (path and query as they came) allows at `now` to a request of this method.
// kForbidden when it is not ours as it stands, is for another method, or has expired. A HEAD counts
// as a GET.
Result<BlobGrant> VerifyGrant(std::string_view key, std::string_view method,
                              std::string_view target, Time now);

}  // namespace heirloom::files
