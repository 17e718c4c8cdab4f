#include "appliance/domain/edtf.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <vector>

namespace heirloom {
namespace {

constexpr std::size_t kMaxLength = 64;

struct Span {
  Day first = 0;
  Day last = 0;
};

constexpr std::array<std::string_view, 12> kMonthNames = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

tl::unexpected<Error> Refuse(std::string message) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message));
}

tl::unexpected<Error> RefuseShape() {
  return Refuse(
      "is not a date we can read; write it like 1957, 1957-03, 1957-03-14, 1957?, 195X, 1957-21 "
      "(spring) or 1944/1946");
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Digits, then X for those that are not known: "1957", "19XX", "XX". `max_unknown` of them at most.
bool HasShape(std::string_view part, std::size_t length, std::size_t max_unknown) {
  if (part.size() != length) return false;
  std::size_t known = 0;
  while (known < length && IsDigit(part[known])) ++known;
  return length - known <= max_unknown &&
         part.find_first_not_of('X', known) == std::string_view::npos;
}

int NumberOf(std::string_view digits, char unknown_as) {
  int number = 0;
  for (const char c : digits) number = number * 10 + ((c == 'X' ? unknown_as : c) - '0');
  return number;
}

bool IsUnknown(std::string_view part) { return part.find('X') != std::string_view::npos; }

int DaysInMonth(int year, int month) {
  return month == 12 ? 31 : DayFromCivil(year, month + 1, 1) - DayFromCivil(year, month, 1);
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

Span SpanOfMonths(int year, int first_month, int count) {
  const int end = first_month + count;  // The month after, perhaps of the next year.
  const int end_year = year + (end - 1) / 12;
  if (end_year > 9999) return {DayFromCivil(year, first_month, 1), kDayMax};
  return {DayFromCivil(year, first_month, 1), DayFromCivil(end_year, (end - 1) % 12 + 1, 1) - 1};
}

// "1957", "1957-03", "1957-03-14", "195X", "1957-21" and the like, without qualifier.
Result<Span> ParseDate(std::string_view text) {
  const std::vector<std::string_view> parts = Split(text, '-');
  if (parts.size() > 3 || !HasShape(parts[0], 4, 2)) return RefuseShape();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (!HasShape(parts[i], 2, 2) || parts[i].find('X') == 1) return RefuseShape();
  }
  const std::string given(text);
  const Span years = {DayFromCivil(NumberOf(parts[0], '0'), 1, 1),
                      DayFromCivil(NumberOf(parts[0], '9'), 12, 31)};
  if (parts.size() == 1) return years;
  if (IsUnknown(parts[0])) return Refuse(given + ": a year with X stands alone, without a month");

  const int year = NumberOf(parts[0], '0');
  if (IsUnknown(parts[1])) {
    if (parts.size() == 2 || IsUnknown(parts[2])) return years;
    return Refuse(given + " has a day but no month");
  }
  const int month = NumberOf(parts[1], '0');
  if (month >= 21 && month <= 24 && parts.size() == 2) return SpanOfMonths(year, month * 3 - 60, 3);
  if (month >= 21 && month <= 24) return Refuse(given + ": a season has no days");
  if (month < 1 || month > 12) return Refuse(given + " has no month " + std::string(parts[1]));
  if (parts.size() == 2 || IsUnknown(parts[2])) return SpanOfMonths(year, month, 1);

  const int day = NumberOf(parts[2], '0');
  const int days = DaysInMonth(year, month);
  if (day < 1 || day > days) {
    return Refuse(given + ": " + std::string(kMonthNames[static_cast<std::size_t>(month - 1)]) +
                  " " + std::string(parts[0]) + " has the days 1 to " + std::to_string(days));
  }
  const Day number = DayFromCivil(year, month, day);
  return Span{number, number};
}

Result<Span> ParseQualified(std::string_view text) {
  if (!text.empty() && std::string_view("?~%").find(text.back()) != std::string_view::npos) {
    text.remove_suffix(1);
  }
  return ParseDate(text);
}

Result<Span> ParseInterval(std::string_view from, std::string_view to) {
  if (from.empty() || to.empty())
    return Refuse("for an interval's open end write .. as in 1950/..");
  if (from == ".." && to == "..") return Refuse("an interval wants a date at one end at least");
  Span span{kDayMin, kDayMax};
  if (from != "..") {
    const Result<Span> start = ParseQualified(from);
    if (!start) return start;
    span.first = start->first;
  }
  if (to != "..") {
    const Result<Span> end = ParseQualified(to);
    if (!end) return end;
    span.last = end->last;
  }
  if (span.last < span.first) {
    return Refuse(std::string(to) + " is before " + std::string(from) +
                  ": an interval begins with the earlier date");
  }
  return span;
}

}  // namespace

Day DayFromCivil(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return static_cast<Day>(std::chrono::sys_days(date).time_since_epoch().count());
}

Result<Edtf> ParseEdtf(std::string_view text) {
  if (text.empty()) return Refuse("must not be empty");
  if (text.size() > kMaxLength) {
    return Refuse("must have at most " + std::to_string(kMaxLength) + " characters");
  }
  const std::vector<std::string_view> parts = Split(text, '/');
  if (parts.size() > 2) return Refuse("an interval has two ends, as in 1944/1946");
  const Result<Span> span =
      parts.size() == 1 ? ParseQualified(parts[0]) : ParseInterval(parts[0], parts[1]);
  if (!span) return ErrorOf(span);
  return Edtf{std::string(text), span->first, span->last};
}

}  // namespace heirloom
