#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "storage/remote/http_client.h"

namespace heirloom::aws {

// Who signs. A session token belongs to keys that were lent for a while, and goes with each
// request.
struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;       // Empty: the keys are somebody's own.
  std::optional<Time> expires_at;  // None: they stay good.
};

// What a signature is for. S3 signs a path as it is sent; every other service signs it without dot
// segments and encoded once more.
struct SigningScope {
  std::string region;   // "eu-central-1"
  std::string service;  // "s3", "sns", "sqs", "sts"
  enum class Path { kNormalized, kAsSent } path = Path::kNormalized;
  bool payload_header = false;  // Whether x-amz-content-sha256 is sent: S3 wants it.

  static SigningScope S3(std::string region) {
    return {std::move(region), "s3", Path::kAsSent, true};
  }
};

// In place of a payload's hash: what is sent is covered by TLS and its own checksum, or not known.
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

// The longest that a presigned URL may be good for: seven days.
inline constexpr int kMaxPresignSeconds = 7 * 24 * 3600;

// AWS Signature Version 4 (AWS, "Signature Version 4 signing process"; proved against its published
// test suite). All are pure and thread-safe. kInvalidArgument for a URL without a host, or keys
// that are no single line; kForbidden when there are none.

// Signs `request` as it stands: its method, URL, and every header, but for those that are changed
// on the way (Authorization, User-Agent, trace headers and the like). Adds X-Amz-Date,
// Authorization and what else belongs to it; those of an earlier try are replaced. The body is not
// looked at: `payload_hash` is its SHA-256 in hex, or kUnsignedPayload. A Host header that is not
// there is signed as the HTTP client will send it.
Status Sign(HttpRequest& request, const Credentials& credentials, const SigningScope& scope,
            Time now, std::string_view payload_hash);

// The URL of `request` with a signature in its query, good for `seconds` from `now`. Whoever uses
// it must send the headers that `request` has, exactly so, and may send others.
Result<std::string> Presign(const HttpRequest& request, const Credentials& credentials,
                            const SigningScope& scope, Time now, int seconds,
                            std::string_view payload_hash = kUnsignedPayload);

// "20150830T123600Z" as X-Amz-Date has it; nullopt for anything else.
std::optional<Time> ParseAmzDate(std::string_view text);

// What is hashed and signed, shown for tests and for who hunts a refused signature. Holds no secret
// but the session token. `request` must carry all headers to be signed.
std::string CanonicalRequest(const HttpRequest& request, const SigningScope& scope,
                             std::string_view payload_hash);

}  // namespace heirloom::aws
