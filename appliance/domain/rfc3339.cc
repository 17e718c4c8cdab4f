#include "appliance/domain/rfc3339.h"

#include <charconv>
#include <cstdint>

#include "appliance/domain/edtf.h"

namespace heirloom {

// Civil from days and back are `DayFromCivil`; the rest of a time is arithmetic.
std::optional<Time> ParseRfc3339(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00.000000Z";
  if (text.size() != kShape.size()) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t length) {
    int value = -1;
    std::from_chars(text.data() + at, text.data() + at + length, value);
    return value;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == '0' ? !digit : text[i] != kShape[i]) return std::nullopt;
  }
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  const std::int64_t days = DayFromCivil(number(0, 4), month, day);
  const std::int64_t seconds =
      ((days * 24 + number(11, 2)) * 60 + number(14, 2)) * 60 + number(17, 2);
  const Time time{seconds * 1'000'000 + number(20, 6)};
  if (ToRfc3339(time) != text) return std::nullopt;  // The 31st of February, 25 o'clock.
  return time;
}

}  // namespace heirloom
