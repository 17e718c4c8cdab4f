#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace heirloom::http {

// The small grammar that header fields share (RFC 9110 section 5). ASCII only, no locale.

bool EqualsIgnoringCase(std::string_view a, std::string_view b);

// Not empty and made of the characters of method and field names.
bool IsToken(std::string_view text);

// Visible characters, blanks, tabs and bytes from 0x80: never a line end or another control.
bool IsFieldValue(std::string_view text);

// Without blanks and tabs at both ends.
std::string_view TrimBlanks(std::string_view text);

// The parts of a comma-separated list, trimmed, empty ones left out.
std::vector<std::string_view> SplitList(std::string_view text);

// One to `max_digits` digits and nothing else; max_digits <= 18.
std::optional<std::int64_t> ParseDigits(std::string_view text, std::size_t max_digits = 18);

}  // namespace heirloom::http
