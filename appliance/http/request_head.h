#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/http/message.h"

namespace heirloom::http {

// Why a message is not served. After one the connection is closed, since what follows on it can no
// longer be told apart.
struct Refusal {
  int status = 400;
  std::string detail;  // For whoever sent it.
};

struct HeadLimits {
  std::size_t max_bytes = 64u << 10;
  std::size_t max_headers = 100;
  std::size_t max_target = 8000;
};

// Finds the end of a request head while it arrives, each byte looked at once, and refuses at the
// first line that breaks a limit or does not end in CR LF: a peer that waits for its answer behind
// two bare LFs gets it now and not at a deadline.
class HeadScanner {
 public:
  explicit HeadScanner(const HeadLimits& limits) : limits_(limits) {}

  // `input` starts with the head; from call to call it only grows.
  std::optional<Refusal> Scan(std::string_view input);
  // Both 0 until the head is whole: where it begins behind stray empty lines (RFC 9112 section
  // 2.2), and where it ends behind the empty line.
  std::size_t begin() const { return end_ == 0 ? 0 : begin_; }
  std::size_t end() const { return end_; }

 private:
  std::optional<Refusal> CheckLine(std::string_view line);

  HeadLimits limits_;
  std::size_t begin_ = 0;
  std::size_t line_ = 0;     // Where the line that is not whole yet starts.
  std::size_t scanned_ = 0;  // Up to here there is no further LF.
  std::size_t lines_ = 0;
  std::size_t end_ = 0;
};

struct RequestHead {
  std::string method;
  std::string path;  // Decoded once; no dot segments, controls or encoded slashes. Or "*".
  std::vector<std::pair<std::string, std::string>> query;
  std::vector<Header> headers;
  std::string host;
  bool close = false;  // The client wants it, or speaks HTTP/1.0.
  bool expect_continue = false;
  bool chunked = false;
  std::uint64_t content_length = 0;  // 0 when chunked or absent.

  bool HasBody() const { return chunked || content_length > 0; }
};

// Parses a whole head. Everything that two parsers might read in two ways is refused: RFC 9112
// sections 3 and 6.3, RFC 9110 section 5. What was read before a refusal stands in `head`.
std::optional<Refusal> ParseHead(std::string_view text, const HeadLimits& limits,
                                 RequestHead& head);

// "host", "host:port" or "[v6]:port", as in Host.
bool IsHost(std::string_view text);

}  // namespace heirloom::http
