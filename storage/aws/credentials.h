#pragma once

#include <memory>
#include <optional>
#include <string>

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "appliance/base/secret.h"
#include "storage/aws/sigv4.h"

namespace heirloom::aws {

// Where the keys come from that sign requests. Thread-safe: any method, any thread.
class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;

  // Keys that are good now. Ask for each request: they may be others than a moment ago, also in the
  // middle of an upload. kForbidden, in words for the operator, when there are none to be had;
  // kUnavailable when whoever lends them does not answer.
  virtual Result<Credentials> Get() = 0;

  // The service refused keys with this session token (empty: without one). Gets others if the ones
  // at hand are those and others can be had; the keys that are good now.
  virtual Result<Credentials> Renew(const std::string& refused_token) {
    static_cast<void>(refused_token);
    return Get();
  }
};

// The operator's own keys, as configured; each is read again when its file changes.
std::unique_ptr<CredentialsProvider> StaticCredentials(std::string access_key_id,
                                                       Secret secret_access_key,
                                                       Secret session_token = {});

// Keys for whoever was asked without any: anonymous access is not supported, so each Get fails and
// says what to configure.
std::unique_ptr<CredentialsProvider> NoCredentials(std::string what_to_do);

}  // namespace heirloom::aws
