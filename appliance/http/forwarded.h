#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/http/message.h"

namespace heirloom::http {

// An IPv4 (as ::ffff:a.b.c.d) or IPv6 address.
using IpAddress = std::array<std::uint8_t, 16>;
std::optional<IpAddress> ParseIp(std::string_view text);
std::string FormatIp(const IpAddress& address);  // Mapped ones as plain IPv4.

// The proxies in front of us whose word about the client is taken.
class TrustedProxies {
 public:
  // "10.0.0.0/8", "::1/128" or a single address; kInvalidArgument for anything else.
  static Result<TrustedProxies> Parse(const std::vector<std::string>& networks);

  bool Contains(const IpAddress& address) const;

  // Where the peer (request.remote_address) is trusted, X-Forwarded-For, -Proto and -Host take
  // effect on remote_address, secure and host. For is read from the right, past trusted proxies,
  // to the first address that is none: whatever stands left of it the client may have made up.
  void Apply(Request& request) const;

 private:
  struct Network {
    IpAddress address{};
    int bits = 0;  // Of 128.
  };
  std::vector<Network> networks_;
};

}  // namespace heirloom::http
