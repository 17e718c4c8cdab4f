#include "storage/s3/s3_client.h"

#include <algorithm>
#include <chrono>

#include "appliance/base/encoding.h"
#include "storage/aws/sigv4.h"
#include "storage/remote/remote_service.h"
#include "storage/s3/s3_xml.h"

namespace heirloom::s3 {
namespace {

constexpr std::string_view kName = "blobs";
constexpr char kLook[] = "; look at storage.blobs_credentials and the keys that it names";

// What may take long: large bodies at a mebibyte a second, and joining many parts.
std::chrono::milliseconds TimeFor(const Ask& ask) {
  if (ask.timeout.count() > 0) return ask.timeout;
  const auto base = ask.method == "POST" ? std::chrono::seconds(300) : std::chrono::seconds(60);
  return base + std::chrono::milliseconds(ask.body.size() >> 10);
}

std::string ErrorCodeOf(const HttpResponse& answer) { return ReadError(answer.body).code; }

bool OneOf(std::string_view code, std::initializer_list<std::string_view> codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

std::string UrlQuery(const Query& query) {
  std::string text;
  for (const auto& [name, value] : query) {
    text.append(text.empty() ? "?" : "&").append(PercentEncode(name)).append("=");
    text.append(PercentEncode(value));
  }
  return text;
}

}  // namespace

std::string EncodeKey(std::string_view key) {
  std::string path;
  while (true) {
    const std::size_t slash = key.find('/');
    path += PercentEncode(key.substr(0, slash));
    if (slash == std::string_view::npos) return path;
    path += '/';
    key.remove_prefix(slash + 1);
  }
}

std::string Client::UrlOf(const Ask& ask, bool for_browsers) const {
  return options_.BucketUrl(for_browsers) + "/" + EncodeKey(ask.key) + UrlQuery(ask.query);
}

Result<HttpResponse> Client::Send(const Ask& ask) const {
  HttpRequest request;
  request.method = ask.method;
  request.url = UrlOf(ask, false);
  request.headers = ask.headers;
  request.body = ask.body;
  request.sink = ask.sink;
  request.stop = ask.stop;
  request.timeout = TimeFor(ask);
  // Each may: an upload that was begun twice is swept, one that was completed twice says so.
  request.repeatable = true;
  if (!ask.body_sha256.empty()) {
    request.headers.push_back({"X-Amz-Content-Sha256", ask.body_sha256});
  }
  Result<HttpResponse> answer = http_.Send(request);
  if (!answer || answer->status / 100 == 2) return answer;
  return tl::unexpected<Error>(ErrorOfRefusal(*answer));
}

Result<std::string> Client::Presign(const Ask& ask, int seconds) const {
  const Result<aws::Credentials> keys = credentials_.Get();
  if (!keys) return ErrorOf(keys);
  HttpRequest request;
  request.method = ask.method;
  request.url = UrlOf(ask, true);
  request.headers = ask.headers;
  return aws::Presign(request, *keys, aws::SigningScope::S3(options_.region), clock_.Now(),
                      seconds);
}

Error Client::ErrorOfRefusal(const HttpResponse& answer) const {
  const std::string code = ErrorCodeOf(answer);
  const auto make = [](ErrorCode kind, std::string what) {
    return Error{kind, std::string(kName) + ": " + std::move(what), {}, 0};
  };
  const auto operators = [&](const std::string& what) {
    Error error = make(ErrorCode::kUnavailable, what + " (" + std::to_string(answer.status) +
                                                    (code.empty() ? "" : " " + code) + ")");
    error.retry_after_seconds = 30;
    return error;
  };
  if (code == "NoSuchBucket") {
    return operators("there is no bucket " + options_.bucket +
                     "; make it with: heirloom migrate --provision");
  }
  if (OneOf(code, {"NoSuchKey", "NoSuchUpload"})) {
    return make(ErrorCode::kNotFound, "there is no such blob or upload");
  }
  if (OneOf(code, {"InvalidAccessKeyId", "XAdminUserNotFound"}))
    return operators(std::string("the store does not know our access key id") + kLook);
  if (code == "SignatureDoesNotMatch") {
    return operators(std::string("our secret access key is wrong") + kLook);
  }
  // The answer to HEAD has no body to say why.
  const bool untold = answer.status == 400 && answer.body.empty();
  if (untold || OneOf(code, {"ExpiredToken", "TokenRefreshRequired", "InvalidToken"})) {
    return operators(std::string("our session token is expired or not good") + kLook);
  }
  if (code == "RequestTimeTooSkewed") {
    return operators("this machine's clock differs too much from the store's");
  }
  if (OneOf(code, {"AccessDenied", "AllAccessDisabled", "AccountProblem"})) {
    return operators("our keys may not do that with bucket " + options_.bucket + kLook);
  }
  if (answer.status / 100 == 3 || code == "AuthorizationHeaderMalformed") {
    const auto region = answer.GetHeader("x-amz-bucket-region");
    return operators("bucket " + options_.bucket + " is in another region than " + options_.region +
                     (region ? ": " + std::string(*region) : ""));
  }
  if (OneOf(code, {"InvalidPart", "InvalidPartOrder", "EntityTooSmall"})) {
    return make(ErrorCode::kInvalidArgument, "a part is missing, changed or below 5 MiB");
  }
  if (OneOf(code, {"BadDigest", "XAmzContentSHA256Mismatch"})) {
    return make(ErrorCode::kUnavailable, "the bytes were changed on the way");
  }
  if (OneOf(code, {"QuotaExceeded", "StorageFull", "XMinioStorageFull"})) {
    return operators("the store is full");
  }
  // Two conditional writes at once: whoever asks again sees who won.
  if (answer.status == 409) return operators("the store is busy with this blob");
  return ErrorOfAnswer(kName, answer, clock_);
}

}  // namespace heirloom::s3
