#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "appliance/base/result.h"
#include "appliance/wiring/config.h"
#include "storage/aws/credentials.h"
#include "storage/aws/sigv4.h"
#include "storage/remote/remote_service.h"
#include "storage/remote/request_signer.h"

namespace heirloom {

// Who signs what is sent to AWS, as configured: own keys, or keys that somebody lends, together
// with what they are asked for through. `setting` names the key of the configuration in words for
// the operator ("storage.events_credentials"); `region` is where STS is asked. kInvalidArgument
// when what a cluster puts into the environment is not there. What `world` names must outlive it.
Result<std::shared_ptr<aws::CredentialsProvider>> MakeAwsCredentials(const AwsKeys& keys,
                                                                     std::string_view setting,
                                                                     const std::string& region,
                                                                     const RemoteWorld& world);

// The same keys, signing by SigV4 for a service of `scope`.
Result<std::unique_ptr<RequestSigner>> MakeAwsSigner(const AwsKeys& keys, std::string_view setting,
                                                     aws::SigningScope scope,
                                                     const RemoteWorld& world);

}  // namespace heirloom
