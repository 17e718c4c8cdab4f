#pragma once

#include <memory>

#include "appliance/base/clock.h"
#include "storage/aws/credentials.h"
#include "storage/aws/sigv4.h"
#include "storage/remote/request_signer.h"

namespace heirloom::aws {

// Signs every try of a RemoteService by SigV4, with the keys that are good then. A body in memory
// is hashed, unless the request already says its hash in X-Amz-Content-Sha256; one that is streamed
// is signed as kUnsignedPayload. `credentials` and `clock` must outlive it.
std::unique_ptr<RequestSigner> MakeSigV4Signer(CredentialsProvider& credentials, SigningScope scope,
                                               const Clock& clock);

}  // namespace heirloom::aws
