#include "appliance/domain/position.h"

#include <algorithm>

#include "appliance/base/number.h"

namespace heirloom {
namespace {

constexpr std::size_t kMaxEpoch = 64;

// Nothing that a header, an SSE id or a file name would have to escape.
bool IsEpochCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

}  // namespace

std::string ToString(const Position& position) {
  return position.epoch + "." + std::to_string(position.sequence);
}

std::optional<Position> ParsePosition(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot > kMaxEpoch) return std::nullopt;
  const std::string_view epoch = text.substr(0, dot);
  if (!std::all_of(epoch.begin(), epoch.end(), IsEpochCharacter)) return std::nullopt;

  const auto sequence = ParseNumber<std::int64_t>(text.substr(dot + 1));
  if (!sequence) return std::nullopt;
  Position position{std::string(epoch), *sequence};
  // One spelling per position: no sign, no leading zeros.
  if (ToString(position) != text || position.sequence < 0) return std::nullopt;
  return position;
}

}  // namespace heirloom
