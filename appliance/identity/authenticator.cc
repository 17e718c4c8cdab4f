#include "appliance/identity/authenticator.h"

#include "appliance/base/encoding.h"
#include "appliance/http/respond.h"

namespace heirloom {
namespace {

constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kAttributes = "; Path=/; HttpOnly; SameSite=Lax";
constexpr std::string_view kThirtyDays = "; Max-Age=2592000";

bool IsSafe(const http::Request& request) {
  return request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
}

// What costs so much that one person may have only so much of it.
std::optional<RateLimiter::Kind> KindOf(const http::Request& request) {
  using Kind = RateLimiter::Kind;
  if (!IsSafe(request)) return Kind::kWrites;
  if (request.route.starts_with("/api/v1/search")) return Kind::kSearches;
  if (request.route.ends_with("/export")) return Kind::kExports;
  return std::nullopt;
}

bool StartsWithBearer(std::string_view header) {
  if (header.size() < kBearer.size()) return false;
  for (std::size_t i = 0; i < kBearer.size(); ++i) {
    const char lower = static_cast<char>(header[i] | 0x20);
    if (lower != static_cast<char>(kBearer[i] | 0x20)) return false;
  }
  return true;
}

}  // namespace

std::string_view SessionCookieName(const http::Request& request) {
  return request.secure ? "__Host-heirloom" : "heirloom";
}

std::string SessionCookie(const http::Request& request, std::string_view secret) {
  std::string cookie(SessionCookieName(request));
  cookie.append("=").append(secret).append(kAttributes).append(kThirtyDays);
  if (request.secure) cookie += "; Secure";
  return cookie;
}

std::string EndedSessionCookie(const http::Request& request) {
  std::string cookie(SessionCookieName(request));
  cookie.append("=").append(kAttributes).append("; Max-Age=0");
  if (request.secure) cookie += "; Secure";
  return cookie;
}

Status Authenticator::RefuseForeignPages(const http::Request& request) {
  // Browsers send both on unsafe methods; what is no browser sends neither and has no cookie that
  // somebody else could borrow.
  if (const auto site = request.GetHeader("Sec-Fetch-Site")) {
    if (*site != "same-origin" && *site != "none") {
      return Fail(ErrorCode::kForbidden, "This request came from another site's page.");
    }
  }
  if (const auto origin = request.GetHeader("Origin")) {
    const std::string ours = (request.secure ? "https://" : "http://") + request.host;
    if (*origin != ours) {
      return Fail(ErrorCode::kForbidden, "This request came from another site's page.");
    }
  }
  return {};
}

Result<Caller> Authenticator::Identify(const http::Request& request) const {
  auto caller = WhoSends(request);
  const auto kind = KindOf(request);
  if (!caller || limiter_ == nullptr || !kind) return caller;
  if (const Status may = limiter_->Take(*kind, caller->principal.user_id); !may) {
    return ErrorOf(may);
  }
  return caller;
}

Result<Caller> Authenticator::WhoSends(const http::Request& request) const {
  if (const auto authorization = request.GetHeader("Authorization")) {
    if (!StartsWithBearer(*authorization)) {
      return Fail(ErrorCode::kUnauthenticated, "Use Authorization: Bearer TOKEN.");
    }
    return identity_.ByToken(authorization->substr(kBearer.size()));
  }
  const auto cookie = request.GetCookie(SessionCookieName(request));
  if (!cookie || cookie->empty()) {
    return Fail(ErrorCode::kUnauthenticated, "Sign in, or send Authorization: Bearer TOKEN.");
  }
  auto caller = identity_.BySession(*cookie);
  if (!caller || IsSafe(request)) return caller;
  if (const Status ours = RefuseForeignPages(request); !ours) return ErrorOf(ours);
  const auto token = request.GetHeader("X-CSRF-Token");
  if (!token || !ConstantTimeEquals(*token, caller->csrf_token)) {
    return Fail(ErrorCode::kForbidden,
                "X-CSRF-Token is missing or not this session's; GET /api/v1/me tells it.");
  }
  return caller;
}

Result<Principal> Authenticator::operator()(const http::Request& request) const {
  auto caller = Identify(request);
  if (!caller) return ErrorOf(caller);
  return std::move(caller->principal);
}

Result<Asked> Authenticator::Ask(const http::Request& request) const {
  auto who = (*this)(request);
  if (!who) return ErrorOf(who);
  auto id = http::PathId(request, "id");
  if (!id) return ErrorOf(id);
  return Asked{std::move(*who), std::move(*id)};
}

}  // namespace heirloom
