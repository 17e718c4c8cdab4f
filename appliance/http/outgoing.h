#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "appliance/http/file_body.h"

namespace heirloom::http {

// What follows a head: a stretch of a text that is shared and never copied, or of a file. Neither
// set: nothing.
struct OutgoingBody {
  std::shared_ptr<const std::string> text;
  std::optional<FileBody> file;
  std::uint64_t from = 0;  // Into the text, or into the file's own stretch.
  std::uint64_t size = 0;
};

// The bytes of one answer on their way out.
class Outgoing {
 public:
  enum class Progress {
    kDone,
    kBlocked,  // There is more: go on when the socket is writable.
    kFailed,
  };

  Outgoing() = default;
  Outgoing(std::string head, OutgoingBody body) : head_(std::move(head)), body_(std::move(body)) {}

  // Sends what the socket takes without waiting; of a file no more than a piece, so that a fast
  // reader does not hold up the others on the loop.
  Progress Send(int fd);

  const std::string& head() const { return head_; }
  std::uint64_t size() const { return head_.size() + body_.size; }
  // What is held in memory for this answer alone; a body that others share is not.
  std::size_t HeldBytes() const {
    return head_.size() + (body_.text && body_.text.use_count() == 1 ? body_.text->size() : 0);
  }

 private:
  Progress SendFile(int fd);
  // Returns as sendmsg(2) does: the head's rest, and the text's.
  std::int64_t SendPieces(int fd) const;

  std::string head_;
  OutgoingBody body_;
  std::uint64_t sent_ = 0;
};

}  // namespace heirloom::http
