#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace heirloom {

// The number that `text` is, from its first character to its last: digits, before them '-' where
// Number has a sign. None for anything else, and for what Number cannot hold.
template <std::integral Number>
std::optional<Number> ParseNumber(std::string_view text, int base = 10) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

}  // namespace heirloom
