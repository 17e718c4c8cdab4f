#include "appliance/http/forwarded.h"

#include <catch2/catch.hpp>

namespace heirloom::http {
namespace {

std::string ClientBehind(const TrustedProxies& proxies, const std::string& peer,
                         std::vector<std::string> forwarded_for) {
  Request request;
  request.remote_address = peer;
  for (std::string& value : forwarded_for) {
    request.headers.push_back({"x-forwarded-for", std::move(value)});
  }
  proxies.Apply(request);
  return request.remote_address;
}

TEST_CASE("a network is recognised to the bit", "[http][forwarded]") {
  const TrustedProxies proxies =
      TrustedProxies::Parse({"10.20.0.0/14", "2001:db8::/33", "192.0.2.1"}).value();
  const auto contains = [&](const char* ip) { return proxies.Contains(ParseIp(ip).value()); };
  CHECK(contains("10.20.0.0"));
  CHECK(contains("10.23.255.255"));
  CHECK_FALSE(contains("10.24.0.0"));
  CHECK_FALSE(contains("10.19.255.255"));
  CHECK(contains("2001:db8:7fff::1"));
  CHECK_FALSE(contains("2001:db8:8000::1"));
  CHECK(contains("192.0.2.1"));
  CHECK(contains("::ffff:192.0.2.1"));
  CHECK_FALSE(contains("192.0.2.2"));
}

TEST_CASE("what is no network is refused by name", "[http][forwarded]") {
  for (const char* bad :
       {"", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0/8", "a/8", "1.2.3.4/-1"}) {
    const Result<TrustedProxies> parsed = TrustedProxies::Parse({bad});
    INFO(bad);
    REQUIRE_FALSE(parsed);
    CHECK_THAT(parsed.error().message, Catch::Contains("'" + std::string(bad) + "'"));
  }
  CHECK(TrustedProxies::Parse({"0.0.0.0/0", "::/0"}));
}

TEST_CASE("the client is the first stranger from the right", "[http][forwarded]") {
  const TrustedProxies proxies = TrustedProxies::Parse({"10.0.0.0/8", "::1"}).value();
  CHECK(ClientBehind(proxies, "10.0.0.1", {"1.1.1.1, 2.2.2.2, 10.9.9.9"}) == "2.2.2.2");
  CHECK(ClientBehind(proxies, "10.0.0.1", {"1.1.1.1", "2.2.2.2,10.9.9.9"}) == "2.2.2.2");
  CHECK(ClientBehind(proxies, "::1", {"10.1.1.1, 10.2.2.2"}) == "10.1.1.1");
  CHECK(ClientBehind(proxies, "10.0.0.1", {"1.1.1.1, unknown, 10.2.2.2"}) == "10.2.2.2");
  CHECK(ClientBehind(proxies, "10.0.0.1", {}) == "10.0.0.1");
  CHECK(ClientBehind(proxies, "3.3.3.3", {"1.1.1.1"}) == "3.3.3.3");
}

TEST_CASE("addresses have one spelling", "[http][forwarded]") {
  CHECK(FormatIp(ParseIp("::ffff:10.0.0.1").value()) == "10.0.0.1");
  CHECK(FormatIp(ParseIp("2001:DB8:0:0::1").value()) == "2001:db8::1");
  CHECK_FALSE(ParseIp("10.0.0.256"));
  CHECK_FALSE(ParseIp("010.0.0.1"));
  CHECK_FALSE(ParseIp(""));
}

}  // namespace
}  // namespace heirloom::http
