#include "storage/event_bus.h"

#include <algorithm>

#include "appliance/base/json.h"
#include "appliance/base/text.h"

namespace heirloom {

std::string FailureReason(std::string_view text) {
  std::string line(text.substr(0, 4 * kMaxFailureReason));
  std::replace_if(
      line.begin(), line.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  // The writer puts U+FFFD in the place of what is not UTF-8, a character that was cut among it.
  const auto clean = Json::Parse(JsonWriter().String(line).Take());
  const std::string_view reason =
      clean ? FirstCharacters(clean->AsString(), kMaxFailureReason) : std::string_view();
  return reason.empty() ? "no reason was given" : std::string(reason);
}

std::string DeadLetterId(std::string_view consumer, const Position& position) {
  return std::string(consumer) + "." + ToString(position);
}

std::optional<DeadLetterName> ParseDeadLetterId(std::string_view id) {
  const std::size_t dot = id.find('.');
  if (dot == std::string_view::npos || !IsConsumerName(id.substr(0, dot))) return std::nullopt;
  auto position = ParsePosition(id.substr(dot + 1));
  if (!position || position->sequence < 1) return std::nullopt;
  return DeadLetterName{std::string(id.substr(0, dot)), std::move(*position)};
}

}  // namespace heirloom
