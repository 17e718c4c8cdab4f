#pragma once

#include <string>
#include <string_view>

#include "appliance/base/clock.h"
#include "storage/blob_store.h"
#include "storage/remote/http_client.h"

namespace heirloom::s3 {

// Kept with each object: no S3 keeps both sums of everything itself, and none remembers who wrote.
inline constexpr std::string_view kSha256 = "x-amz-meta-sha256";
inline constexpr std::string_view kCrc32c = "x-amz-meta-crc32c";
inline constexpr std::string_view kWriter = "x-amz-meta-writer";

// A header's value; empty when there is none.
std::string Field(const HttpResponse& answer, std::string_view name);

// What stands in the headers of an object.
BlobInfo InfoOf(const HttpResponse& head);

// RFC 9110 section 5.6.7, the fixed form, which is what servers send. 1970 for anything else.
Time HttpDate(const std::string& text);

// 2026-01-31T08:15:00.000Z, with any fraction or none: to the second. 1970 for anything else.
Time IsoDate(const std::string& text);

}  // namespace heirloom::s3
