#pragma once

#include <memory>
#include <string>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "appliance/base/secret.h"
#include "storage/aws/credentials.h"
#include "storage/remote/http_client.h"

namespace heirloom::aws {

// Lends keys for a while. Thread-safe, though MakeCached asks from one thread at a time.
class CredentialsSource {
 public:
  virtual ~CredentialsSource() = default;
  virtual Result<Credentials> Fetch() = 0;
};

// Keeps what `source` lent and gets new keys before they expire: between a tenth and a fifth of
// their life before, ten seconds at least, drawn anew each time so that processes do not come
// together. One caller at a time fetches; the others go on with the keys at hand, or wait for up to
// 30 seconds when those have expired. When a fetch fails, keys that are still good stay in use, and
// it is tried again soon; when they are not, callers get its error. All must outlive it.
std::unique_ptr<CredentialsProvider> MakeCached(std::unique_ptr<CredentialsSource> source,
                                                const Clock& clock, Random& random);

// A section of a shared credentials file ("[default]", aws_access_key_id = …), read again when it
// changes. kInvalidArgument in words when the file or section is not good.
Result<std::unique_ptr<CredentialsProvider>> FileCredentials(const std::string& path,
                                                             const std::string& profile);

// A role for whoever holds a token that the cluster gave, as service accounts of EKS do (IRSA): STS
// AssumeRoleWithWebIdentity, version 2011-06-15.
struct WebIdentity {
  std::string sts_url;  // "https://sts.eu-central-1.amazonaws.com"
  std::string role_arn;
  std::string session_name = "heirloom";
  Secret token;  // From its file, which the cluster exchanges.
};
std::unique_ptr<CredentialsSource> WebIdentityCredentials(WebIdentity identity, HttpClient& http);

// The endpoint that ECS and EKS Pod Identity put beside a container.
struct Container {
  std::string url;
  Secret token;  // Goes as Authorization; none: nothing.
};
// kInvalidArgument for a plain http URL of anything but this machine or the addresses that AWS uses
// for it: keys would pass in the open.
Result<std::unique_ptr<CredentialsSource>> ContainerCredentials(Container container,
                                                                HttpClient& http);

}  // namespace heirloom::aws
