#include "appliance/http/header_text.h"
#include "appliance/http/request_head.h"

namespace heirloom::http {
namespace {

// What a request line has besides its target: method, version, blanks.
constexpr std::size_t kLineOverhead = 48;

Refusal HeadTooLong(const HeadLimits& limits) {
  return {431, "The head may have at most " + std::to_string(limits.max_bytes) + " bytes."};
}

}  // namespace

std::optional<Refusal> HeadScanner::Scan(std::string_view input) {
  for (;;) {
    const std::size_t newline = input.find('\n', scanned_);
    if (newline == std::string_view::npos) {
      scanned_ = input.size();
      if (input.size() - begin_ > limits_.max_bytes) return HeadTooLong(limits_);
      const std::string_view rest = input.substr(line_);
      return rest == "\r" ? std::nullopt : CheckLine(rest);
    }
    if (newline == line_ || input[newline - 1] != '\r') {
      return Refusal{400, "A line of the head does not end in CR LF."};
    }
    const std::string_view line = input.substr(line_, newline - 1 - line_);
    line_ = scanned_ = newline + 1;
    if (line_ - begin_ > limits_.max_bytes) return HeadTooLong(limits_);
    if (line.empty() && lines_ == 0) {
      // As many as fit the limit of the head, so that begin_ need not be capped on its own.
      begin_ = line_;
      if (begin_ > limits_.max_target) return Refusal{400, "Nothing but empty lines."};
      continue;
    }
    if (line.empty()) {
      end_ = line_;
      return std::nullopt;
    }
    if (std::optional<Refusal> refusal = CheckLine(line)) return refusal;
    if (++lines_ > 1 + limits_.max_headers) {
      return Refusal{431,
                     "There may be at most " + std::to_string(limits_.max_headers) + " headers."};
    }
  }
}

// The first line is checked before it is whole, too: a TLS hello or a target without end is
// refused as soon as it shows.
std::optional<Refusal> HeadScanner::CheckLine(std::string_view line) {
  if (lines_ > 0 || line.empty()) return std::nullopt;
  if (!IsToken(line.substr(0, 1))) return Refusal{400, "That is not HTTP."};
  if (line.size() > limits_.max_target + kLineOverhead) {
    return Refusal{414, "The request target may have at most " +
                            std::to_string(limits_.max_target) + " bytes."};
  }
  return std::nullopt;
}

}  // namespace heirloom::http
