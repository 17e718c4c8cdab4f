#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "appliance/base/result.h"

namespace heirloom {

// A day as a number: days since 1970-01-01 in the proleptic Gregorian calendar.
using Day = std::int32_t;

// When something happened, as people know it: Extended Date/Time Format (ISO 8601-2:2019, Library
// of Congress EDTF) level 0 and the parts of level 1 that family stories need:
//   1957  1957-03  1957-03-14            year, month, day
//   1957?  1957-03~  1957-03-14%         uncertain, about, both
//   195X  19XX  1957-XX  1957-03-XX      unspecified digits
//   1957-21 … 1957-24                    spring, summer, autumn, winter (winter: December to
//                                        February of the following year)
//   1944/1946  1944-05/1945-05-08        intervals of any of these
//   ../1950  1950/..                     open ends
// Years 0000 to 9999. `first` and `last` bound the days it may mean, without widening for ~ and ?.
struct Edtf {
  std::string text;  // As given.
  Day first = 0;
  Day last = 0;

  friend bool operator==(const Edtf&, const Edtf&) = default;
};

// The open ends of intervals.
inline constexpr Day kDayMin = -719528;  // 0000-01-01
inline constexpr Day kDayMax = 2932896;  // 9999-12-31

// kInvalidArgument with a message for the person who typed it. At most 64 bytes.
Result<Edtf> ParseEdtf(std::string_view text);

Day DayFromCivil(int year, int month, int day);

}  // namespace heirloom
