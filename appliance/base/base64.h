#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace heirloom {

// What encoding.h (URLs) and digest.h (other programs' headers) offer, each in its variant of
// libsodium's: sodium_base64_VARIANT_…. Decode is strict.
std::string EncodeBase64(std::string_view bytes, int variant);
std::optional<std::string> DecodeBase64(std::string_view text, int variant);

}  // namespace heirloom
