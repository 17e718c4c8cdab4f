#include "appliance/http/range.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "appliance/http/header_text.h"

namespace heirloom::http {
namespace {

constexpr std::uint64_t kEndless = std::numeric_limits<std::int64_t>::max();

// Digits of any number; what no file is as long as becomes kEndless.
std::optional<std::uint64_t> ParsePosition(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size() - 1));
  const std::optional<std::int64_t> value = ParseDigits(text);
  return value ? static_cast<std::uint64_t>(*value) : kEndless;
}

RangeChoice Part(std::uint64_t from, std::uint64_t size) {
  return {RangeChoice::Kind::kPart, from, size};
}

RangeChoice Suffix(std::string_view digits, std::uint64_t body_size) {
  const std::optional<std::uint64_t> length = ParsePosition(digits);
  if (!length) return {};
  if (*length == 0) return {RangeChoice::Kind::kUnsatisfiable};
  // Nothing has no last bytes, and no Content-Range could say so.
  if (body_size == 0) return {};
  const std::uint64_t size = std::min(*length, body_size);
  return Part(body_size - size, size);
}

}  // namespace

RangeChoice ChooseRange(std::string_view header, std::uint64_t body_size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!EqualsIgnoringCase(header.substr(0, kUnit.size()), kUnit)) return {};
  const std::string_view range = TrimBlanks(header.substr(kUnit.size()));
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos || range.find(',') != std::string_view::npos) return {};
  const std::string_view last_text = range.substr(dash + 1);
  if (dash == 0) return Suffix(last_text, body_size);
  const std::optional<std::uint64_t> first = ParsePosition(range.substr(0, dash));
  const std::optional<std::uint64_t> last =
      last_text.empty() ? std::optional(kEndless) : ParsePosition(last_text);
  if (!first || !last || *last < *first) return {};
  if (*first >= body_size) return {RangeChoice::Kind::kUnsatisfiable};
  return Part(*first, std::min(*last, body_size - 1) - *first + 1);
}

std::string ContentRangeOf(const RangeChoice& part, std::uint64_t body_size) {
  const std::string whole = "/" + std::to_string(body_size);
  if (part.kind != RangeChoice::Kind::kPart) return "bytes *" + whole;
  return "bytes " + std::to_string(part.from) + "-" + std::to_string(part.from + part.size - 1) +
         whole;
}

}  // namespace heirloom::http
