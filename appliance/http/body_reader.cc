#include "appliance/http/body_reader.h"

#include <algorithm>

#include "appliance/http/header_text.h"

namespace heirloom::http {
namespace {

constexpr std::size_t kMaxLine = 512;
constexpr std::size_t kMaxTrailers = 8u << 10;

Refusal TooLarge(std::size_t max_body) {
  return Refusal{413, "The body may have at most " + std::to_string(max_body) + " bytes."};
}

std::optional<std::uint64_t> ParseHex(std::string_view text) {
  constexpr std::size_t kMaxDigits = 12;  // 256 TiB: no limit is above, no sum overflows.
  if (text.empty() || text.size() > kMaxDigits) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
    const std::size_t at = kDigits.find(c);
    if (at == std::string_view::npos) return std::nullopt;
    value = value * 16 + (at < 16 ? at : at - 6);
  }
  return value;
}

// Takes a line without its CR LF off `input`; false when it is not whole yet or `broken`.
bool TakeLine(std::string_view& input, std::string_view& line, bool& broken) {
  const std::size_t newline = input.find('\n');
  if (newline == std::string_view::npos) {
    broken = input.size() > kMaxLine;
    return false;
  }
  broken = newline == 0 || input[newline - 1] != '\r' || newline > kMaxLine;
  if (broken) return false;
  line = input.substr(0, newline - 1);
  input.remove_prefix(newline + 1);
  return true;
}

}  // namespace

BodyReader::BodyReader(const RequestHead& head, std::size_t max_body)
    : state_(head.chunked ? State::kChunkSize : State::kData),
      max_body_(max_body),
      left_(head.content_length) {
  if (!head.HasBody()) state_ = State::kDone;
}

std::optional<Refusal> BodyReader::Read(std::string_view input, std::size_t& used,
                                        std::string& body) {
  const std::size_t size = input.size();
  used = 0;
  if (state_ == State::kData && left_ > max_body_) return TooLarge(max_body_);
  while (state_ != State::kDone) {
    if (state_ == State::kData || state_ == State::kChunkData) {
      const std::size_t n = std::min<std::uint64_t>(left_, input.size());
      body.append(input.substr(0, n));
      input.remove_prefix(n);
      left_ -= n;
      if (left_ > 0) break;
      state_ = state_ == State::kData ? State::kDone : State::kChunkEnd;
      continue;
    }
    std::string_view line;
    bool broken = false;
    if (!TakeLine(input, line, broken)) {
      if (broken) return Refusal{400, "The body is chunked wrongly: a line is broken."};
      break;
    }
    std::optional<Refusal> refusal;
    if (state_ == State::kChunkSize) {
      refusal = ReadSize(line, body.size());
    } else if (state_ == State::kTrailer) {
      refusal = ReadTrailer(line);
    } else if (line.empty()) {
      state_ = State::kChunkSize;
    } else {
      refusal = Refusal{400, "A chunk is longer than it says."};
    }
    if (refusal) return refusal;
  }
  used = size - input.size();
  return std::nullopt;
}

std::optional<Refusal> BodyReader::ReadSize(std::string_view line, std::size_t body_size) {
  const std::size_t semicolon = line.find(';');
  const std::optional<std::uint64_t> size = ParseHex(line.substr(0, semicolon));
  if (!size || !IsFieldValue(line)) return Refusal{400, "A chunk has a broken size."};
  if (*size > max_body_ - body_size) return TooLarge(max_body_);
  left_ = *size;
  state_ = *size == 0 ? State::kTrailer : State::kChunkData;
  return std::nullopt;
}

std::optional<Refusal> BodyReader::ReadTrailer(std::string_view line) {
  if (line.empty()) {
    state_ = State::kDone;
    return std::nullopt;
  }
  trailer_bytes_ += line.size();
  if (trailer_bytes_ > kMaxTrailers) {
    return Refusal{431,
                   "The trailers may have at most " + std::to_string(kMaxTrailers) + " bytes."};
  }
  if (!IsToken(line.substr(0, line.find(':'))) || !IsFieldValue(line)) {
    return Refusal{400, "A trailer is broken."};
  }
  return std::nullopt;
}

}  // namespace heirloom::http
