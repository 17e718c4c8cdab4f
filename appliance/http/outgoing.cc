#include "appliance/http/outgoing.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace heirloom::http {
namespace {

// Of a file, per call of Send.
constexpr std::uint64_t kFilePiece = 256u << 10;

iovec Piece(const std::string& text, std::uint64_t from, std::uint64_t size) {
  return {const_cast<char*>(text.data()) + from, static_cast<std::size_t>(size)};
}

Outgoing::Progress AfterError() {
  return errno == EAGAIN ? Outgoing::Progress::kBlocked : Outgoing::Progress::kFailed;
}

}  // namespace

Outgoing::Progress Outgoing::Send(int fd) {
  const std::uint64_t in_memory = body_.file ? head_.size() : size();
  while (sent_ < in_memory) {
    const std::int64_t n = SendPieces(fd);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return AfterError();
    sent_ += static_cast<std::uint64_t>(n);
  }
  return body_.file ? SendFile(fd) : Progress::kDone;
}

std::int64_t Outgoing::SendPieces(int fd) const {
  std::array<iovec, 2> pieces;
  msghdr message{};
  message.msg_iov = pieces.data();
  const std::uint64_t head_sent = std::min<std::uint64_t>(sent_, head_.size());
  if (head_sent < head_.size()) {
    pieces[message.msg_iovlen++] = Piece(head_, head_sent, head_.size() - head_sent);
  }
  if (body_.text) {
    const std::uint64_t body_sent = sent_ - head_sent;
    pieces[message.msg_iovlen++] =
        Piece(*body_.text, body_.from + body_sent, body_.size - body_sent);
  }
  // A head before a file waits for its company: one packet less for small files.
  const int more = body_.file && body_.size > 0 ? MSG_MORE : 0;
  return ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT | more);
}

Outgoing::Progress Outgoing::SendFile(int fd) {
  const std::uint64_t stop = std::min(size(), sent_ + kFilePiece);
  while (sent_ < stop) {
    const std::uint64_t body_sent = sent_ - head_.size();
    off_t from = static_cast<off_t>(body_.file->offset() + body_.from + body_sent);
    const ssize_t n = ::sendfile(fd, body_.file->fd(), &from, stop - sent_);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return AfterError();
    if (n == 0) return Progress::kFailed;  // The file has become shorter.
    sent_ += static_cast<std::uint64_t>(n);
  }
  return sent_ == size() ? Progress::kDone : Progress::kBlocked;
}

}  // namespace heirloom::http
