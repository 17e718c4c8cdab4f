#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heirloom::http {

// What of a body a Range header asks for (RFC 9110 section 14).
struct RangeChoice {
  enum class Kind {
    kWhole,          // No range, or none that is honoured.
    kPart,           // `from` and `size`.
    kUnsatisfiable,  // 416.
  };
  Kind kind = Kind::kWhole;
  std::uint64_t from = 0;
  std::uint64_t size = 0;
};

// One range of bytes is honoured. Several give the whole: small, many and overlapping ones would
// make the answer larger than the body, and no client of ours asks for them. What is not
// understood is ignored, as section 14.2 wants it.
RangeChoice ChooseRange(std::string_view header, std::uint64_t body_size);

std::string ContentRangeOf(const RangeChoice& part, std::uint64_t body_size);  // bytes 0-99/1000

}  // namespace heirloom::http
