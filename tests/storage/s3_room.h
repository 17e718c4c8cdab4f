#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "appliance/base/random.h"
#include "storage/aws/credentials.h"
#include "storage/aws/request_signer.h"
#include "storage/remote/remote_service.h"
#include "storage/s3/s3_blob_store.h"
#include "tests/contract/blob_store_contract.h"
#include "tests/contract/blob_store_fixture.h"
#include "tests/support/test_server.h"

namespace heirloom::testing {

// Everything that a bucket on the strict gateway takes, with the keys that it knows.
class S3Room {
 public:
  explicit S3Room(std::string endpoint = TestServer("S3"), std::string ca_file = "",
                  std::string secret = "heirloom-secret") {
    options_.bucket = "test-" + NewBucketName();
    options_.endpoint = std::move(endpoint);
    options_.path_style = true;
    ca_file_ = std::move(ca_file);
    Use(aws::StaticCredentials("heirloom", Secret::Literal(std::move(secret))));
  }

  void Use(std::unique_ptr<aws::CredentialsProvider> credentials) {
    http_.reset();
    credentials_ = std::move(credentials);
    RemoteOptions manners = s3::BucketManners();
    manners.circuit.failures_in_a_row = 1'000;
    manners.circuit.failed_part = 2;  // What a circuit does has tests of its own.
    http_ = MakeRemoteService(
        std::move(manners), ca_file_,
        aws::MakeSigV4Signer(*credentials_, aws::SigningScope::S3(options_.region), clock_),
        {pauses_, clock_, random_});
  }

  Result<bool> Provision() { return s3::ProvisionBucket(options_, *http_, *credentials_, clock_); }
  std::unique_ptr<BlobStore> Open() {
    return MakeS3BlobStore(options_, *http_, *credentials_, clock_, random_);
  }

  contract::BlobStoreSetup Setup() {
    if (!provisioned_) contract::Must(Provision());
    provisioned_ = true;
    contract::BlobStoreSetup setup;
    setup.store = Open();
    setup.send = [this](const SignedRequest& signed_request, std::string_view body) {
      return SendSigned(signed_request, body);
    };
    // The clock that judges a signature is the server's: there is no other way than to wait.
    setup.pass = [](int seconds) { std::this_thread::sleep_for(std::chrono::seconds(seconds)); };
    return setup;
  }

  contract::SignedAnswer SendSigned(const SignedRequest& signed_request, std::string_view body) {
    HttpRequest request;
    request.method = signed_request.method;
    request.url = signed_request.url;
    request.body = body;
    // Content-Length is what the client sends by itself.
    const HttpResponse answer = contract::Must(plain_->Send(request));
    std::string etag(answer.GetHeader("ETag").value_or(""));
    std::erase(etag, '"');
    return {answer.status, answer.body, std::move(etag),
            std::string(answer.GetHeader("Content-Type").value_or("")),
            std::string(answer.GetHeader("Content-Disposition").value_or(""))};
  }

  s3::Options& options() { return options_; }
  RemoteService& http() { return *http_; }
  aws::CredentialsProvider& credentials() { return *credentials_; }
  const Clock& clock() const { return clock_; }

 private:
  std::string NewBucketName() {
    IdSource ids(clock_, random_);
    return ids.Next();
  }

  SystemClock clock_;
  SystemRandom random_;
  RealPauses pauses_;
  s3::Options options_;
  std::string ca_file_;
  bool provisioned_ = false;
  std::unique_ptr<aws::CredentialsProvider> credentials_;
  std::unique_ptr<RemoteService> http_;
  std::unique_ptr<HttpClient> plain_ = MakeHttpClient();
};

}  // namespace heirloom::testing
