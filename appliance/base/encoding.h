#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace heirloom {

// SHA-256 (FIPS 180-4) of `data` as 64 lower-case hex digits.
std::string Sha256Hex(std::string_view data);

// RFC 4648 section 5, without padding. Decode is strict: nullopt for anything else.
std::string ToBase64Url(std::string_view bytes);
std::optional<std::string> FromBase64Url(std::string_view text);

// %XX and nothing else for every byte outside RFC 3986 "unreserved".
std::string PercentEncode(std::string_view text);
// nullopt on a broken escape. `plus_is_space` for query strings and forms.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space = false);

// Whether two secrets are equal, in time that depends on their length alone.
bool ConstantTimeEquals(std::string_view a, std::string_view b);

}  // namespace heirloom
