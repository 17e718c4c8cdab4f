#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "appliance/http/request_head.h"

namespace heirloom::http {

// Takes a body off the wire as it arrives, by Content-Length or chunked (RFC 9112 section 7.1),
// and never more of it than `max_body`. Chunk extensions and trailers are checked and dropped.
class BodyReader {
 public:
  BodyReader(const RequestHead& head, std::size_t max_body);

  // Appends to `body` what `input` has of it; `used` is how much of `input` is done with. What is
  // left over must stand at the front of the next input. Not to be called after done() or a
  // refusal.
  std::optional<Refusal> Read(std::string_view input, std::size_t& used, std::string& body);
  bool done() const { return state_ == State::kDone; }

 private:
  enum class State { kData, kChunkSize, kChunkData, kChunkEnd, kTrailer, kDone };

  std::optional<Refusal> ReadSize(std::string_view line, std::size_t body_size);
  std::optional<Refusal> ReadTrailer(std::string_view line);

  State state_;
  std::size_t max_body_;
  std::uint64_t left_ = 0;  // Of the body, or of this chunk.
  std::size_t trailer_bytes_ = 0;
};

}  // namespace heirloom::http
