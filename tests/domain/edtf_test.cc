#include "appliance/domain/edtf.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "appliance/base/clock.h"
#include "tests/support/mutate.h"

namespace heirloom {
namespace {

struct Example {
  std::string text;
  Day first;
  Day last;
};

Day At(int year, int month, int day) { return DayFromCivil(year, month, day); }

std::string Refusal(std::string_view text) {
  const Result<Edtf> parsed = ParseEdtf(text);
  if (parsed) return "fine";
  CHECK(parsed.error().code == ErrorCode::kInvalidArgument);
  return parsed.error().message;
}

const std::vector<Example> kExamples = {
    {"1957", At(1957, 1, 1), At(1957, 12, 31)},
    {"1957-03", At(1957, 3, 1), At(1957, 3, 31)},
    {"1957-03-14", At(1957, 3, 14), At(1957, 3, 14)},
    {"1957?", At(1957, 1, 1), At(1957, 12, 31)},
    {"1957-03~", At(1957, 3, 1), At(1957, 3, 31)},
    {"1957-03-14%", At(1957, 3, 14), At(1957, 3, 14)},
    {"195X", At(1950, 1, 1), At(1959, 12, 31)},
    {"19XX", At(1900, 1, 1), At(1999, 12, 31)},
    {"19XX~", At(1900, 1, 1), At(1999, 12, 31)},
    {"1957-XX", At(1957, 1, 1), At(1957, 12, 31)},
    {"1957-XX-XX", At(1957, 1, 1), At(1957, 12, 31)},
    {"1957-03-XX", At(1957, 3, 1), At(1957, 3, 31)},
    {"1957-21", At(1957, 3, 1), At(1957, 5, 31)},
    {"1957-22", At(1957, 6, 1), At(1957, 8, 31)},
    {"1957-23", At(1957, 9, 1), At(1957, 11, 30)},
    {"1957-24", At(1957, 12, 1), At(1958, 2, 28)},
    {"1959-24?", At(1959, 12, 1), At(1960, 2, 29)},
    {"1957-12", At(1957, 12, 1), At(1957, 12, 31)},
    {"2000-02", At(2000, 2, 1), At(2000, 2, 29)},
    {"1900-02", At(1900, 2, 1), At(1900, 2, 28)},
    {"1944/1946", At(1944, 1, 1), At(1946, 12, 31)},
    {"1944-05/1945-05-08", At(1944, 5, 1), At(1945, 5, 8)},
    {"1944?/194X~", At(1944, 1, 1), At(1949, 12, 31)},
    {"1957-12/1957", At(1957, 12, 1), At(1957, 12, 31)},
    {"../1950", kDayMin, At(1950, 12, 31)},
    {"1950/..", At(1950, 1, 1), kDayMax},
    {"0000", kDayMin, At(0, 12, 31)},
    {"9999", At(9999, 1, 1), kDayMax},
    {"9999-24", At(9999, 12, 1), kDayMax},
};

}  // namespace

TEST_CASE("dates are bounded by the days they may mean", "[domain][edtf]") {
  for (const Example& example : kExamples) {
    INFO(example.text);
    const Result<Edtf> parsed = ParseEdtf(example.text);
    REQUIRE(parsed);
    CHECK(parsed->text == example.text);
    CHECK(parsed->first == example.first);
    CHECK(parsed->last == example.last);
  }
}

TEST_CASE("a date that is none is refused in words for who typed it", "[domain][edtf]") {
  CHECK(Refusal("1957-13") == "1957-13 has no month 13");
  CHECK(Refusal("1957-00") == "1957-00 has no month 00");
  CHECK(Refusal("1957-02-29") == "1957-02-29: February 1957 has the days 1 to 28");
  CHECK(Refusal("1900-02-29") == "1900-02-29: February 1900 has the days 1 to 28");
  CHECK(Refusal("1957-04-31") == "1957-04-31: April 1957 has the days 1 to 30");
  CHECK(Refusal("1957-04-00") == "1957-04-00: April 1957 has the days 1 to 30");
  CHECK(Refusal("1957-XX-14") == "1957-XX-14 has a day but no month");
  CHECK(Refusal("195X-03") == "195X-03: a year with X stands alone, without a month");
  CHECK(Refusal("1957-21-03") == "1957-21-03: a season has no days");
  CHECK(Refusal("1946/1944") == "1944 is before 1946: an interval begins with the earlier date");
  CHECK(Refusal("1957-06/1957-03~").find("is before") != std::string::npos);
  CHECK(Refusal("../..") == "an interval wants a date at one end at least");
  CHECK(Refusal("1950/") == "for an interval's open end write .. as in 1950/..");
  CHECK(Refusal("1944/1945/1946") == "an interval has two ends, as in 1944/1946");
  CHECK(Refusal("") == "must not be empty");
  CHECK(Refusal(std::string(65, '1')) == "must have at most 64 characters");
}

TEST_CASE("other spellings are refused with examples of the right ones", "[domain][edtf]") {
  for (const std::string text : {"March 1957",
                                 "57",
                                 "19570314",
                                 "1957-3",
                                 "1957-3-14",
                                 "14.03.1957",
                                 "1957-03-14T10:00",
                                 "1XXX",
                                 "XXXX",
                                 "19X7",
                                 "195x",
                                 "1957-0X",
                                 "1957-X3",
                                 "1957-03-1X",
                                 "1957??",
                                 "?1957",
                                 " 1957",
                                 "1957 ",
                                 "-1957",
                                 "+1957",
                                 "12957",
                                 "1957-",
                                 "1957--03",
                                 "1957-03-14-02",
                                 "..",
                                 "1957\u20131960",
                                 "１９５７",
                                 "~",
                                 "-"}) {
    INFO(text);
    CHECK(Refusal(text).find("write it like 1957") != std::string::npos);
  }
}

TEST_CASE("both ends of an interval are judged", "[domain][edtf]") {
  CHECK(Refusal("1944-13/1945") == "1944-13 has no month 13");
  CHECK(Refusal("1944/1945-13") == "1945-13 has no month 13");
  CHECK(Refusal("1944/soon").find("write it like") != std::string::npos);
}

TEST_CASE("days are numbered without gaps from year 0 to 9999", "[domain][edtf]") {
  // Counted here by the rules of the calendar, without the library that the code asks.
  Day expected = kDayMin;
  for (int year = 0; year <= 9999; ++year) {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    for (int month = 1; month <= 12; ++month) {
      const bool short_month = month == 4 || month == 6 || month == 9 || month == 11;
      const int days = month == 2 ? (leap ? 29 : 28) : short_month ? 30 : 31;
      if (DayFromCivil(year, month, 1) != expected) FAIL(year << "-" << month);
      if (DayFromCivil(year, month, days) != expected + days - 1) FAIL(year << "-" << month);
      expected += days;
    }
  }
  CHECK(expected == kDayMax + 1);
  CHECK(DayFromCivil(1970, 1, 1) == 0);
}

TEST_CASE("every day is its own first and last day", "[domain][edtf]") {
  for (Day day = At(1899, 1, 1); day < At(1905, 1, 1); ++day) {
    const std::string text = ToRfc3339(Time::FromSeconds(std::int64_t{day} * 86'400)).substr(0, 10);
    const Result<Edtf> parsed = ParseEdtf(text);
    INFO(text);
    REQUIRE(parsed);
    CHECK(parsed->first == day);
    CHECK(parsed->last == day);
  }
}

TEST_CASE("no text upsets the reading of dates", "[domain][edtf]") {
  testing::SeededRandom random;
  int read = 0;
  for (int i = 0; i < 30'000; ++i) {
    const std::string text =
        testing::Mutate(kExamples[random.Below(kExamples.size())].text, random, 3);
    const Result<Edtf> parsed = ParseEdtf(text);
    if (!parsed) continue;
    ++read;
    INFO(text);
    CHECK(parsed->text == text);
    CHECK(parsed->first <= parsed->last);
    CHECK(parsed->first >= kDayMin);
    CHECK(parsed->last <= kDayMax);
  }
  CHECK(read > 100);
}

}  // namespace heirloom
