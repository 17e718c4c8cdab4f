#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>

namespace heirloom::cli {

struct Line {
  std::size_t number = 0;  // From 1.
  std::string text;        // Without its end, LF or CRLF, and without a byte order mark.
  bool too_long = false;   // Then `text` is empty: it was read past, not kept.
};

// Reads lines from a stream that may be endless and hold anything, in memory bounded by `max_line`.
class LineReader {
 public:
  LineReader(std::istream& in, std::size_t max_line) : in_(in), max_line_(max_line) {}

  std::optional<Line> Next();  // nullopt at the end, or when reading failed.
  bool failed() const { return in_.bad(); }
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  bool Fill();

  std::istream& in_;
  const std::size_t max_line_;
  std::array<char, 64u << 10> chunk_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t number_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace heirloom::cli
