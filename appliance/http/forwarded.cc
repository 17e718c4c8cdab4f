#include "appliance/http/forwarded.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "appliance/http/header_text.h"
#include "appliance/http/request_head.h"

namespace heirloom::http {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool IsMapped(const IpAddress& address) {
  return std::equal(kMapped.begin(), kMapped.end(), address.begin());
}

// All values of a list field, over all its lines, in order.
std::vector<std::string_view> ListOf(const Request& request, std::string_view name) {
  std::vector<std::string_view> values;
  for (const Header& header : request.headers) {
    if (!EqualsIgnoringCase(header.name, name)) continue;
    for (const std::string_view value : SplitList(header.value)) values.push_back(value);
  }
  return values;
}

// Some proxies add the port: "192.0.2.1:4711", "[2001:db8::1]:4711".
std::string_view WithoutPort(std::string_view text) {
  if (!text.empty() && text.front() == '[') return text.substr(1, text.find(']') - 1);
  const std::size_t colon = text.find(':');
  const bool one_colon = colon != std::string_view::npos && colon == text.rfind(':');
  return one_colon ? text.substr(0, colon) : text;
}

}  // namespace

std::optional<IpAddress> ParseIp(std::string_view text) {
  const std::string terminated(text);
  IpAddress address{};
  if (::inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  in_addr v4{};
  if (::inet_pton(AF_INET, terminated.c_str(), &v4) != 1) return std::nullopt;
  std::copy(kMapped.begin(), kMapped.end(), address.begin());
  std::memcpy(address.data() + kMapped.size(), &v4, sizeof(v4));
  return address;
}

std::string FormatIp(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (IsMapped(address)) {
    ::inet_ntop(AF_INET, address.data() + kMapped.size(), text.data(), text.size());
  } else {
    ::inet_ntop(AF_INET6, address.data(), text.data(), text.size());
  }
  return text.data();
}

Result<TrustedProxies> TrustedProxies::Parse(const std::vector<std::string>& networks) {
  TrustedProxies proxies;
  for (const std::string& text : networks) {
    const std::size_t slash = text.find('/');
    const std::optional<IpAddress> address = ParseIp(text.substr(0, slash));
    const bool v4 = address && text.find(':') == std::string::npos;
    const std::int64_t width = v4 ? 32 : 128;
    const std::optional<std::int64_t> bits =
        slash == std::string::npos ? width : ParseDigits(text.substr(slash + 1), 3);
    if (!address || !bits || *bits > width) {
      return Fail(ErrorCode::kInvalidArgument,
                  "'" + text + "' is no network; write it like 10.0.0.0/8");
    }
    proxies.networks_.push_back({*address, static_cast<int>(*bits + 128 - width)});
  }
  return proxies;
}

bool TrustedProxies::Contains(const IpAddress& address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    const int bytes = network.bits / 8;
    if (!std::equal(address.begin(), address.begin() + bytes, network.address.begin())) {
      return false;
    }
    const int rest = network.bits % 8;
    return rest == 0 || (address[bytes] ^ network.address[bytes]) >> (8 - rest) == 0;
  });
}

void TrustedProxies::Apply(Request& request) const {
  const std::optional<IpAddress> peer = ParseIp(request.remote_address);
  if (!peer || !Contains(*peer)) return;

  const std::vector<std::string_view> hops = ListOf(request, "X-Forwarded-For");
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    const std::optional<IpAddress> address = ParseIp(WithoutPort(*hop));
    if (!address) break;
    request.remote_address = FormatIp(*address);
    if (!Contains(*address)) break;
  }
  // Of these our own proxy's word is the last one.
  const std::vector<std::string_view> schemes = ListOf(request, "X-Forwarded-Proto");
  request.secure = !schemes.empty() && EqualsIgnoringCase(schemes.back(), "https");
  const std::vector<std::string_view> hosts = ListOf(request, "X-Forwarded-Host");
  if (!hosts.empty() && IsHost(hosts.back())) request.host = hosts.back();
}

}  // namespace heirloom::http
