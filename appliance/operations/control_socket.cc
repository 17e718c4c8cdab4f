#include "appliance/operations/control_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace heirloom {
namespace {

constexpr char kName[] = "control.sock";
constexpr int kBacklog = 16;

tl::unexpected<Error> Failed(const std::string& what) {
  return Fail(ErrorCode::kUnavailable, what + ": " + std::strerror(errno));
}

sockaddr_un AddressIn(int folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(folder) + "/" + kName;
  std::copy(path.begin(), path.end(), address.sun_path);  // At most 40 bytes.
  return address;
}

http::UniqueFd NewSocket() {
  return http::UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

}  // namespace

Status ControlConnection::WaitFor(short events, ControlDeadline deadline) const {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd watched{socket_.get(), events, 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(std::max<long>(left.count(), 0)));
    if (ready > 0) return {};
    if (ready == 0) return Fail(ErrorCode::kUnavailable, "no answer over the control socket");
    if (errno != EINTR) return Failed("the control socket broke");
  }
}

Result<std::string> ControlConnection::ReadLine(ControlDeadline deadline) {
  std::array<char, 4096> chunk{};
  for (;;) {
    const std::size_t end = received_.find('\n');
    if (std::min(end, received_.size()) > kMaxLine) {
      return Fail(ErrorCode::kTooLarge, "the line is longer than 1 MiB");
    }
    if (end != std::string::npos) {
      std::string line = received_.substr(0, end);
      received_.erase(0, end + 1);
      return line;
    }
    if (const Status ready = WaitFor(POLLIN, deadline); !ready) return ErrorOf(ready);
    const ssize_t size = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (size < 0) return Failed("the control socket broke");
    if (size == 0) return Fail(ErrorCode::kUnavailable, "the control socket was closed");
    received_.append(chunk.data(), static_cast<std::size_t>(size));
  }
}

Status ControlConnection::WriteLine(std::string_view line, ControlDeadline deadline) {
  const std::string text = std::string(line) + "\n";
  for (std::size_t sent = 0; sent < text.size();) {
    if (const Status ready = WaitFor(POLLOUT, deadline); !ready) return ready;
    const ssize_t size =
        ::send(socket_.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (size < 0) return Failed("the control socket broke");
    sent += static_cast<std::size_t>(size);
  }
  return {};
}

bool ControlConnection::PeerIsGone() const {
  pollfd watched{socket_.get(), POLLRDHUP, 0};
  return ::poll(&watched, 1, 0) > 0;
}

Result<uid_t> ControlConnection::PeerUser() const {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    return Failed("the peer of the control socket is not known");
  }
  return peer.uid;
}

Result<http::UniqueFd> ListenOnControlSocket(int data_directory) {
  ::unlinkat(data_directory, kName, 0);
  http::UniqueFd socket = NewSocket();
  const sockaddr_un address = AddressIn(data_directory);
  // Linux gives the file the socket's mode, so that there is no moment at which others can connect.
  if (!socket || ::fchmod(socket.get(), 0600) != 0 ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    return Failed("the control socket cannot be made");
  }
  return socket;
}

Result<ControlConnection> ConnectToControlSocket(int data_directory) {
  http::UniqueFd socket = NewSocket();
  const sockaddr_un address = AddressIn(data_directory);
  if (!socket ||
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return Failed("the daemon does not answer on its control socket");
  }
  return ControlConnection(std::move(socket));
}

}  // namespace heirloom
