#include "appliance/wiring/blobs.h"

#include <cstdlib>
#include <string>
#include <utility>

#include "appliance/base/log.h"
#include "storage/aws/lent_credentials.h"
#include "storage/aws/request_signer.h"
#include "storage/files/files_blob_store.h"
#include "storage/s3/s3_blob_store.h"

namespace heirloom {
namespace {

using Source = BlobService::Source;

// What clusters put into the environment of a process for AWS's own libraries.
std::string FromCluster(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

auto Missing(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "storage.blobs_credentials: " + what);
}

Result<std::unique_ptr<aws::CredentialsSource>> WebIdentity(const std::string& region,
                                                            HttpClient& http) {
  aws::WebIdentity identity;
  identity.role_arn = FromCluster("AWS_ROLE_ARN");
  const std::string token_file = FromCluster("AWS_WEB_IDENTITY_TOKEN_FILE");
  if (identity.role_arn.empty() || token_file.empty()) {
    return Missing(
        "web-identity needs AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE, which EKS sets "
        "for service accounts with a role");
  }
  Result<Secret> token = Secret::FromFile(token_file);
  if (!token) return ErrorOf(token);
  identity.token = std::move(*token);
  const std::string session = FromCluster("AWS_ROLE_SESSION_NAME");
  if (!session.empty()) identity.session_name = session;
  const std::string endpoint = FromCluster("AWS_ENDPOINT_URL_STS");
  identity.sts_url = endpoint.empty() ? "https://sts." + region + ".amazonaws.com" : endpoint;
  return aws::WebIdentityCredentials(std::move(identity), http);
}

Result<std::unique_ptr<aws::CredentialsSource>> Container(HttpClient& http) {
  aws::Container container;
  container.url = FromCluster("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  const std::string relative = FromCluster("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (container.url.empty() && !relative.empty()) container.url = "http://169.254.170.2" + relative;
  if (container.url.empty()) {
    return Missing(
        "container needs AWS_CONTAINER_CREDENTIALS_FULL_URI or …_RELATIVE_URI, which ECS "
        "and EKS Pod Identity set");
  }
  const std::string token_file = FromCluster("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (token_file.empty()) {
    container.token = Secret::Literal(FromCluster("AWS_CONTAINER_AUTHORIZATION_TOKEN"));
  } else {
    Result<Secret> token = Secret::FromFile(token_file);
    if (!token) return ErrorOf(token);
    container.token = std::move(*token);
  }
  return aws::ContainerCredentials(std::move(container), http);
}

}  // namespace

Result<std::unique_ptr<aws::CredentialsProvider>> Blobs::MakeCredentials(const BlobService& service,
                                                                         Platform& platform) {
  if (service.source == Source::kKeys) {
    return aws::StaticCredentials(service.access_key_id, service.secret_access_key);
  }
  if (service.source == Source::kFile) {
    return aws::FileCredentials(service.credentials_file.string(), "default");
  }
  const bool web_identity = service.source == Source::kWebIdentity;
  RemoteOptions manners;
  manners.name = web_identity ? "sts" : "container credentials";
  lender_ = MakeRemoteService(std::move(manners), "", nullptr, platform.remote);
  const s3::Options options = s3::ParseUrl(service.url).value();  // It was checked.
  auto source = web_identity ? WebIdentity(options.region, *lender_) : Container(*lender_);
  if (!source) return ErrorOf(source);
  return aws::MakeCached(std::move(*source), platform.clock, platform.random);
}

Status Blobs::OpenBucket(const BlobService& service, Platform& platform) {
  s3::Options options = s3::ParseUrl(service.url).value();
  auto credentials = MakeCredentials(service, platform);
  if (!credentials) return ErrorOf(credentials);
  credentials_ = std::move(*credentials);
  http_ = MakeRemoteService(
      s3::BucketManners(), service.ca_file.string(),
      aws::MakeSigV4Signer(*credentials_, aws::SigningScope::S3(options.region), platform.clock),
      platform.remote);
  provision_ = [this, options, &clock = platform.clock] {
    return s3::ProvisionBucket(options, *http_, *credentials_, clock);
  };
  store_ =
      MakeS3BlobStore(std::move(options), *http_, *credentials_, platform.clock, platform.random);
  return {};
}

Result<std::unique_ptr<Blobs>> Blobs::Open(const Config& config, Platform& platform) {
  std::unique_ptr<Blobs> blobs(new Blobs());
  if (config.storage.bucket) {
    const Status opened = blobs->OpenBucket(*config.storage.bucket, platform);
    if (!opened) return ErrorOf(opened);
    return blobs;
  }
  auto files = OpenFilesBlobStore(config.storage.blobs_folder, platform.clock, platform.random);
  if (!files) return ErrorOf(files);
  blobs->store_ = std::move(*files);
  return blobs;
}

CheckResult Blobs::Check() {
  const Status pinged = store_->Ping();
  if (pinged) return {};
  LogWarn("the blob store does not let us in", {{"reason", pinged.error().message}});
  return {CheckResult::State::kBehind, "Does not let us in; see the log."};
}

Status Blobs::Provision() {
  if (!provision_) return {};
  const Result<bool> made = provision_();
  if (!made) return ErrorOf(made);
  return {};
}

Status ProvisionBlobs(const Config& config, Platform& platform) {
  if (!config.storage.bucket) return {};
  const auto blobs = Blobs::Open(config, platform);
  if (!blobs) return ErrorOf(blobs);
  return (*blobs)->Provision();
}

}  // namespace heirloom
