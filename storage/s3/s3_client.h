#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "storage/aws/credentials.h"
#include "storage/blob_store.h"
#include "storage/remote/http_client.h"
#include "storage/s3/s3_options.h"

namespace heirloom::s3 {

using Query = std::vector<std::pair<std::string, std::string>>;  // Plain; encoded here.

// One question to a bucket.
struct Ask {
  std::string method = "GET";
  std::string key;  // "tenant/name"; empty: the bucket itself.
  Query query;
  std::vector<HttpHeader> headers;
  std::string_view body;
  std::string body_sha256;  // Hex; empty: reckoned when it is signed.
  HttpSink sink;
  std::chrono::milliseconds timeout{0};  // 0: by what is asked.
  std::stop_token stop;
};

// A key as it stands in a path.
std::string EncodeKey(std::string_view key);

// Asks a bucket and puts its refusals into our words. Thread-safe.
class Client {
 public:
  // `http` signs what it sends (aws::MakeSigV4Signer) and retries; `credentials` are for presigned
  // URLs. All must outlive it.
  Client(Options options, HttpClient& http, aws::CredentialsProvider& credentials,
         const Clock& clock)
      : options_(std::move(options)), http_(http), credentials_(credentials), clock_(clock) {}

  // A 2xx answer, or what the refusal means: kNotFound for keys and uploads, kPreconditionFailed,
  // kInvalidArgument, kTooLarge; all else as ErrorOfAnswer. What only an operator can mend (a
  // bucket that is missing, keys that are wrong or expired, a clock that is) is kUnavailable and
  // says so.
  Result<HttpResponse> Send(const Ask& ask) const;

  Result<std::string> Presign(const Ask& ask, int seconds) const;

  const Options& options() const { return options_; }

 private:
  std::string UrlOf(const Ask& ask, bool for_browsers) const;
  Error ErrorOfRefusal(const HttpResponse& answer) const;

  const Options options_;
  HttpClient& http_;
  aws::CredentialsProvider& credentials_;
  const Clock& clock_;
};

}  // namespace heirloom::s3
