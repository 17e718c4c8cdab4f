#include "appliance/wiring/aws_keys.h"

#include <cstdlib>
#include <utility>

#include "storage/aws/lent_credentials.h"
#include "storage/aws/request_signer.h"

namespace heirloom {
namespace {

using Source = AwsKeys::Source;

// What clusters put into the environment of a process for AWS's own libraries.
std::string FromCluster(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

auto Missing(std::string_view setting, const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, std::string(setting) + ": " + what);
}

Result<std::unique_ptr<aws::CredentialsSource>> WebIdentity(std::string_view setting,
                                                            const std::string& region,
                                                            HttpClient& http) {
  aws::WebIdentity identity;
  identity.role_arn = FromCluster("AWS_ROLE_ARN");
  const std::string token_file = FromCluster("AWS_WEB_IDENTITY_TOKEN_FILE");
  if (identity.role_arn.empty() || token_file.empty()) {
    return Missing(
        setting,
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

Result<std::unique_ptr<aws::CredentialsSource>> Container(std::string_view setting,
                                                          HttpClient& http) {
  aws::Container container;
  container.url = FromCluster("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  const std::string relative = FromCluster("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (container.url.empty() && !relative.empty()) container.url = "http://169.254.170.2" + relative;
  if (container.url.empty()) {
    return Missing(
        setting,
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

// Keys, and who is asked for them.
struct Kept {
  std::unique_ptr<HttpClient> lender;
  std::unique_ptr<aws::CredentialsProvider> provider;
};

Result<std::unique_ptr<aws::CredentialsProvider>> Own(const AwsKeys& keys) {
  if (keys.source == Source::kFile) {
    return aws::FileCredentials(keys.credentials_file.string(), "default");
  }
  return aws::StaticCredentials(keys.access_key_id, keys.secret_access_key);
}

Result<std::unique_ptr<aws::CredentialsProvider>> Lent(std::string_view setting,
                                                       const std::string& region, bool web_identity,
                                                       HttpClient& lender,
                                                       const RemoteWorld& world) {
  auto source = web_identity ? WebIdentity(setting, region, lender) : Container(setting, lender);
  if (!source) return ErrorOf(source);
  return aws::MakeCached(std::move(*source), world.clock, world.random);
}

}  // namespace

Result<std::shared_ptr<aws::CredentialsProvider>> MakeAwsCredentials(const AwsKeys& keys,
                                                                     std::string_view setting,
                                                                     const std::string& region,
                                                                     const RemoteWorld& world) {
  auto kept = std::make_shared<Kept>();
  const bool is_own = keys.source == Source::kKeys || keys.source == Source::kFile;
  const bool web_identity = keys.source == Source::kWebIdentity;
  if (!is_own) {
    RemoteOptions manners;
    manners.name = web_identity ? "sts" : "container credentials";
    manners.trust_setting = "AWS_CA_BUNDLE";
    manners.access_setting = web_identity ? "AWS_ROLE_ARN and whom that role trusts"
                                          : "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    kept->lender =
        MakeRemoteService(std::move(manners), FromCluster("AWS_CA_BUNDLE"), nullptr, world);
  }
  auto provider = is_own ? Own(keys) : Lent(setting, region, web_identity, *kept->lender, world);
  if (!provider) return ErrorOf(provider);
  kept->provider = std::move(*provider);
  aws::CredentialsProvider* const used = kept->provider.get();
  return std::shared_ptr<aws::CredentialsProvider>(std::move(kept), used);
}

namespace {

// With the keys that it signs by.
class KeepingSigner final : public RequestSigner {
 public:
  KeepingSigner(std::shared_ptr<aws::CredentialsProvider> keys, aws::SigningScope scope,
                const Clock& clock)
      : keys_(std::move(keys)), signer_(MakeSigV4Signer(*keys_, std::move(scope), clock)) {}

  Status Sign(HttpRequest& request) override { return signer_->Sign(request); }
  bool Renew(const HttpRequest& refused) override { return signer_->Renew(refused); }

 private:
  const std::shared_ptr<aws::CredentialsProvider> keys_;
  const std::unique_ptr<RequestSigner> signer_;
};

}  // namespace

Result<std::unique_ptr<RequestSigner>> MakeAwsSigner(const AwsKeys& keys, std::string_view setting,
                                                     aws::SigningScope scope,
                                                     const RemoteWorld& world) {
  auto made = MakeAwsCredentials(keys, setting, scope.region, world);
  if (!made) return ErrorOf(made);
  return std::make_unique<KeepingSigner>(std::move(*made), std::move(scope), world.clock);
}

}  // namespace heirloom
