#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace heirloom {

// HMAC-SHA-256 (RFC 2104) as 32 bytes. The key may have any length.
std::string HmacSha256(std::string_view key, std::string_view data);

// Bytes as lower-case hex digits, and back; FromHex gives nullopt for anything else.
std::string ToHex(std::string_view bytes);
std::optional<std::string> FromHex(std::string_view text);

// RFC 4648 section 4, with padding, as other programs' headers want it. Decode is strict.
std::string ToBase64(std::string_view bytes);
std::optional<std::string> FromBase64(std::string_view text);

// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of what comes in pieces.
class Crc32c {
 public:
  void Update(std::string_view bytes);
  std::uint32_t Value() const { return ~state_; }
  std::string Bytes() const;  // Its four bytes, the highest first.

 private:
  std::uint32_t state_ = 0xFFFFFFFF;
};

}  // namespace heirloom
