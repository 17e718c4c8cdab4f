#pragma once

#include <memory>
#include <string>

#include "appliance/base/result.h"
#include "appliance/base/secret.h"
#include "storage/remote/http_client.h"

namespace heirloom {

// Adds to a request what proves who asks. Called before every single try, on a request without what
// an earlier try added, so that a time or an exchanged secret in it is new. Thread-safe.
class RequestSigner {
 public:
  virtual ~RequestSigner() = default;

  // Adds header fields; leaves all else alone. kUnavailable when it cannot now (the credentials
  // are to be fetched first): nothing is sent then.
  virtual Status Sign(HttpRequest& request) = 0;

  // The server refused what was signed (401 or 403). Whether trying once more makes sense, because
  // what is signed now will be different: the secret was exchanged, the token fetched anew.
  virtual bool Renew(const HttpRequest& refused) = 0;
};

// RFC 7617, in UTF-8. `user` must not hold a colon (kInvalidArgument when it signs).
std::unique_ptr<RequestSigner> MakeBasicSigner(std::string user, Secret password);

// RFC 6750. Without a token nothing is added.
std::unique_ptr<RequestSigner> MakeBearerSigner(Secret token);

}  // namespace heirloom
