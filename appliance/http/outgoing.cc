#include "appliance/http/outgoing.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>

namespace heirloom::http {
namespace {

iovec Piece(const std::string& text, std::size_t from) {
  return {const_cast<char*>(text.data()) + from, text.size() - from};
}

}  // namespace

Outgoing::Progress Outgoing::Send(int fd) {
  while (sent_ < size()) {
    std::array<iovec, 2> pieces;
    msghdr message{};
    message.msg_iov = pieces.data();
    if (sent_ < head_.size()) pieces[message.msg_iovlen++] = Piece(head_, sent_);
    if (body_) {
      const std::size_t from = sent_ < head_.size() ? 0 : sent_ - head_.size();
      pieces[message.msg_iovlen++] = Piece(*body_, from);
    }
    const ssize_t n = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EAGAIN ? Progress::kBlocked : Progress::kFailed;
    sent_ += static_cast<std::size_t>(n);
  }
  return Progress::kDone;
}

}  // namespace heirloom::http
