#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace heirloom {

// SHA-256 (FIPS 180-4) of what comes in pieces; Sha256Hex in encoding.h is for what is at hand.
class Sha256 {
 public:
  Sha256();
  void Update(std::string_view bytes);
  // 64 lower-case hex digits of all that came so far; more may come after it.
  std::string Hex() const;

 private:
  alignas(8) std::array<std::byte, 128> state_;  // The library's, without its header.
};

}  // namespace heirloom
