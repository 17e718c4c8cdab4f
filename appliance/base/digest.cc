#include "appliance/base/digest.h"

#include <isa-l/crc.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <limits>

#include "appliance/base/base64.h"

namespace heirloom {
namespace {

constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string HmacSha256(std::string_view key, std::string_view data) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, Bytes(key), key.size());
  crypto_auth_hmacsha256_update(&state, Bytes(data), data.size());
  std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(mac.data()));
  sodium_memzero(&state, sizeof(state));
  return mac;
}

std::string ToHex(std::string_view bytes) {
  std::string hex(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), Bytes(bytes), bytes.size());
  hex.pop_back();  // The NUL that libsodium insists on.
  return hex;
}

std::optional<std::string> FromHex(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::size_t high = kDigits.find(text[i]);
    const std::size_t low = kDigits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::string ToBase64(std::string_view bytes) { return EncodeBase64(bytes, kBase64); }

std::optional<std::string> FromBase64(std::string_view text) { return DecodeBase64(text, kBase64); }

void Crc32c::Update(std::string_view bytes) {
  constexpr std::size_t kMost = std::numeric_limits<int>::max() / 2;  // The library counts in int.
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kMost);
    // The library only reads, though it does not say so.
    state_ = crc32_iscsi(const_cast<unsigned char*>(heirloom::Bytes(piece)),
                         static_cast<int>(piece.size()), state_);
    bytes.remove_prefix(piece.size());
  }
}

std::string Crc32c::Bytes() const {
  const std::uint32_t value = Value();
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 255);
  return bytes;
}

}  // namespace heirloom
