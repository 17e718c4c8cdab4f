#pragma once

#include <string>
#include <string_view>

#include "appliance/base/result.h"

namespace heirloom::s3 {

// Where a bucket is.
struct Options {
  std::string bucket;
  std::string endpoint;  // "https://s3.eu-central-1.amazonaws.com": no path, no slash at the end.
  std::string public_endpoint;  // As browsers reach it, for signed URLs; empty: the same.
  std::string region = "us-east-1";
  bool path_style = false;  // endpoint/bucket/key instead of bucket.endpoint/key.

  // The URL of the bucket, without a slash at its end.
  std::string BucketUrl(bool for_browsers = false) const;
};

// "s3://bucket?endpoint=…&region=…&style=path|virtual&public_endpoint=…". Without an endpoint
// it is Amazon's of the region. Path style is for servers without names for buckets.
// kInvalidArgument in words for the operator; keys in the URL are refused, since URLs are shown.
Result<Options> ParseUrl(std::string_view url);

}  // namespace heirloom::s3
