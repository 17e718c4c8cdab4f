#include "appliance/identity/authenticator.h"

#include <catch2/catch.hpp>

#include "tests/support/household.h"

namespace heirloom {
namespace {

using testing::Household;

http::Request WithSession(const NewSession& session, std::string method) {
  http::Request request;
  request.method = std::move(method);
  request.host = "127.0.0.1:8080";
  request.headers = {{"Cookie", "theme=dark; heirloom=" + session.secret}};
  return request;
}

struct SignedIn {
  Household house;
  Authenticator who{house.identity};
  NewSession session;

  SignedIn() {
    (void)house.Person("rosa");
    session = house.identity.SignIn("rosa@example.org", "a long password").value();
  }
};

}  // namespace

TEST_CASE("reading needs the cookie alone, writing our page's token too", "[identity]") {
  const SignedIn in;
  CHECK(in.who.Identify(WithSession(in.session, "GET")));
  CHECK(in.who.Identify(WithSession(in.session, "POST")).error().code == ErrorCode::kForbidden);

  http::Request write = WithSession(in.session, "POST");
  write.headers.push_back({"X-CSRF-Token", in.session.csrf_token});
  CHECK(in.who.Identify(write));
  write.headers.back().value += "x";
  CHECK(in.who.Identify(write).error().code == ErrorCode::kForbidden);
}

TEST_CASE("another site's page cannot write even with the token", "[identity]") {
  const SignedIn in;
  http::Request write = WithSession(in.session, "DELETE");
  write.headers.push_back({"X-CSRF-Token", in.session.csrf_token});
  SECTION("by its origin") {
    write.headers.push_back({"Origin", "http://127.0.0.1:9999"});
    CHECK(in.who.Identify(write).error().code == ErrorCode::kForbidden);
    write.headers.back().value = "null";
    CHECK(in.who.Identify(write).error().code == ErrorCode::kForbidden);
    write.headers.back().value = "http://127.0.0.1:8080";
    CHECK(in.who.Identify(write));
  }
  SECTION("by what the browser says of it") {
    write.headers.push_back({"Sec-Fetch-Site", "same-site"});
    CHECK(in.who.Identify(write).error().code == ErrorCode::kForbidden);
    write.headers.back().value = "same-origin";
    CHECK(in.who.Identify(write));
  }
}

TEST_CASE("a bearer token needs no proof of the page, and wins over a cookie", "[identity]") {
  SignedIn in;
  (void)in.house.Person("ben");
  const auto token = in.house.identity.CreateToken("ben@example.org", "t", {}).value();
  http::Request write = WithSession(in.session, "POST");
  write.headers.push_back({"Authorization", "bearer " + token});
  CHECK(in.who.Identify(write)->principal.name == "ben");
  write.headers.back().value = "Basic " + token;
  CHECK(in.who.Identify(write).error().code == ErrorCode::kUnauthenticated);
}

TEST_CASE("behind TLS the cookie is bound to the host and to TLS", "[identity]") {
  const SignedIn in;
  http::Request request;
  request.secure = true;
  CHECK(
      SessionCookie(request, "s").starts_with("__Host-heirloom=s; Path=/; HttpOnly; SameSite=Lax"));
  CHECK(SessionCookie(request, "s").find("; Secure") != std::string::npos);
  // A cookie that came in the clear does not count there.
  http::Request read = WithSession(in.session, "GET");
  read.secure = true;
  CHECK(in.who.Identify(read).error().code == ErrorCode::kUnauthenticated);
}

TEST_CASE("changes, searches and exports are held to what one person may do", "[identity]") {
  SignedIn in;
  RateLimiter limiter(*in.house.database, in.house.clock, {60, 30, 2});
  const Authenticator who(in.house.identity, &limiter);
  const auto count = [&](const std::string& method, const std::string& route) {
    http::Request request = WithSession(in.session, method);
    request.headers.push_back({"X-CSRF-Token", in.session.csrf_token});
    request.route = route;
    int taken = 0;
    while (taken < 200) {
      const auto caller = who.Identify(request);
      if (!caller) {
        CHECK(caller.error().code == ErrorCode::kLimitExceeded);
        CHECK(caller.error().retry_after_seconds >= 1);
        break;
      }
      ++taken;
    }
    return taken;
  };
  CHECK(count("POST", "/api/v1/stories") <= 61);
  CHECK(count("GET", "/api/v1/search/suggest") <= 31);
  CHECK(count("GET", "/api/v1/legacies/{id}/export") <= 3);
  CHECK(count("GET", "/api/v1/export") == 0);
  // Reading goes on.
  CHECK(count("GET", "/api/v1/stories") == 200);
}

}  // namespace heirloom
