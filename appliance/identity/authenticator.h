#pragma once

#include <string>
#include <string_view>

#include "appliance/base/random.h"
#include "appliance/domain/principal.h"
#include "appliance/http/message.h"
#include "appliance/identity/identity_service.h"
#include "appliance/throttle/rate_limiter.h"

namespace heirloom {

// Who asks, and for which thing.
struct Asked {
  Principal who;
  Id id;  // `{id}` of the path.
};

// Finds out who sends a request: by bearer token, or by session cookie. With the cookie, which
// browsers send by themselves, an unsafe method must also prove that our own page made it: the
// session's token in X-CSRF-Token, and an Origin (or Sec-Fetch-Site) that is ours. Who is known is
// then held to what one person may do in a minute. Thread-safe.
class Authenticator {
 public:
  // Without `limiter` there are no limits.
  explicit Authenticator(IdentityService& identity, RateLimiter* limiter = nullptr)
      : identity_(identity), limiter_(limiter) {}

  // kUnauthenticated when nobody is signed in, kForbidden when the page that sends is not ours,
  // kLimitExceeded when it is too much.
  Result<Caller> Identify(const http::Request& request) const;
  Result<Principal> operator()(const http::Request& request) const;
  // With the path's `{id}`; kNotFound when that is no id, since it can name nothing.
  Result<Asked> Ask(const http::Request& request) const;

  // For what needs no session yet (sign-in, first run): only that no foreign page sends it.
  static Status RefuseForeignPages(const http::Request& request);

 private:
  Result<Caller> WhoSends(const http::Request& request) const;

  IdentityService& identity_;
  RateLimiter* limiter_;
};

// "__Host-heirloom" with TLS; the bare name without, which is only ever loopback, because browsers
// refuse the prefix there.
std::string_view SessionCookieName(const http::Request& request);
std::string SessionCookie(const http::Request& request, std::string_view secret);
std::string EndedSessionCookie(const http::Request& request);

}  // namespace heirloom
