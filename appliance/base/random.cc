#include "appliance/base/random.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "appliance/base/encoding.h"
#include "appliance/base/log.h"

namespace heirloom {
namespace {

constexpr std::size_t kIdLength = 36;

bool IsDashPlace(std::size_t index) {
  return index == 8 || index == 13 || index == 18 || index == 23;
}

Id FormatUuid(const std::array<std::uint8_t, 16>& bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  Id id;
  id.reserve(kIdLength);
  for (const std::uint8_t byte : bytes) {
    if (IsDashPlace(id.size())) id += '-';
    id += kDigits[byte >> 4];
    id += kDigits[byte & 15];
  }
  return id;
}

}  // namespace

SystemRandom::SystemRandom() {
  if (sodium_init() < 0) Panic("libsodium could not be initialised");
}

void SystemRandom::Fill(std::span<std::uint8_t> bytes) {
  randombytes_buf(bytes.data(), bytes.size());
}

std::string NewSecret(Random& random) {
  std::array<std::uint8_t, 32> bytes;
  random.Fill(bytes);
  return ToBase64Url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

bool IsId(std::string_view text) {
  if (text.size() != kIdLength) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool good = IsDashPlace(i) ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (!good) return false;
  }
  return true;
}

Id IdSource::Next() {
  std::array<std::uint8_t, 16> bytes;
  random_.Fill(bytes);

  std::int64_t stamp;
  {
    const std::lock_guard lock(mutex_);
    // RFC 9562 section 6.2, method 3: the 12 bits below the millisecond hold its fraction. When
    // that does not grow (same microsecond, clock set back), count on from the last one.
    const std::int64_t micros = std::max<std::int64_t>(clock_.Now().micros, 0);
    stamp = std::max((micros / 1000) << 12 | (micros % 1000) * 4096 / 1000, last_ + 1);
    last_ = stamp;
  }
  for (std::size_t i = 0; i < 6; ++i) {
    bytes[i] = static_cast<std::uint8_t>(stamp >> (52 - 8 * i));
  }
  bytes[6] = static_cast<std::uint8_t>(0x70 | ((stamp >> 8) & 0x0f));
  bytes[7] = static_cast<std::uint8_t>(stamp);
  bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3f));
  return FormatUuid(bytes);
}

}  // namespace heirloom
