#include "storage/s3/s3_blob_store.h"
#include "storage/s3/s3_client.h"
#include "storage/s3/s3_xml.h"

namespace heirloom::s3 {

RemoteOptions BucketManners() {
  RemoteOptions manners;
  manners.name = "blobs";
  manners.max_time = std::chrono::minutes(10);
  // Expired keys are a 400 to S3, and being too busy a 503.
  manners.judge = [](const HttpResponse& answer) {
    if (answer.status != 400 && answer.status != 503) return JudgeByStatus(answer);
    const std::string code = ReadError(answer.body).code;
    if (code == "ExpiredToken" || code == "TokenRefreshRequired") return Judgement::kRefusesUs;
    // The answer to HEAD has no body to say so, and nothing else in ours is wrong.
    if (answer.status == 400 && answer.body.empty()) return Judgement::kRefusesUs;
    if (code == "SlowDown") return Judgement::kBusy;
    return JudgeByStatus(answer);
  };
  return manners;
}

Result<bool> ProvisionBucket(const Options& options, HttpClient& http,
                             aws::CredentialsProvider& credentials, const Clock& clock) {
  const Client client(options, http, credentials, clock);
  Ask look;
  look.method = "HEAD";
  const Result<HttpResponse> there = client.Send(look);
  if (there) return false;
  if (there.error().code != ErrorCode::kNotFound) return ErrorOf(there);
  Ask make;
  make.method = "PUT";
  std::string body;
  // Amazon's first region is the one that must not be named.
  if (options.region != "us-east-1") {
    body =
        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<LocationConstraint>" +
        options.region + "</LocationConstraint></CreateBucketConfiguration>";
    make.headers = {{"Content-Type", "application/xml"}};
  }
  make.body = body;
  const Result<HttpResponse> made = client.Send(make);
  if (!made) return ErrorOf(made);
  return true;
}

}  // namespace heirloom::s3
