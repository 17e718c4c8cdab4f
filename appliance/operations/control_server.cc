#include "appliance/operations/control_server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"

namespace heirloom {
namespace {

class Loop {
 public:
  Loop(http::UniqueFd listener, http::UniqueFd wakeup, const Commands& commands,
       ControlServer::Options options)
      : listener_(std::move(listener)),
        wakeup_(std::move(wakeup)),
        commands_(commands),
        options_(options) {}

  void Run(const std::stop_token& stop) {
    NameThisThread("control");
    const std::stop_callback wake(stop, [this] {
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto written = ::write(wakeup_.get(), &one, sizeof(one));
    });
    while (!stop.stop_requested()) {
      std::array<pollfd, 2> watched = {pollfd{listener_.get(), POLLIN, 0},
                                       pollfd{wakeup_.get(), POLLIN, 0}};
      if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) {
        LogError("the control socket broke");
        return;
      }
      if (watched[1].revents != 0 || watched[0].revents == 0) continue;
      http::UniqueFd socket(
          ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (socket) Serve(ControlConnection(std::move(socket)));
    }
  }

 private:
  ControlDeadline InTime() const { return std::chrono::steady_clock::now() + options_.patience; }

  void Serve(ControlConnection connection) const {
    const Result<uid_t> peer = connection.PeerUser();
    if (!peer || (*peer != ::geteuid() && *peer != 0)) {
      LogWarn("refused another user on the control socket");
      return;
    }
    const Result<std::string> line = connection.ReadLine(InTime());
    if (!line) return LogGone(line.error());
    const Status sent = connection.WriteLine(RunControlRequest(commands_, *line), InTime());
    if (!sent) LogGone(sent.error());
  }

  static void LogGone(const Error& error) {
    LogWarn("a command over the control socket was given up", {{"reason", error.message}});
  }

  http::UniqueFd listener_;
  http::UniqueFd wakeup_;
  const Commands& commands_;
  const ControlServer::Options options_;
};

}  // namespace

Result<ControlServer> ControlServer::Start(int data_directory, const Commands& commands,
                                           Options options) {
  Result<http::UniqueFd> listener = ListenOnControlSocket(data_directory);
  if (!listener) return ErrorOf(listener);
  http::UniqueFd wakeup(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wakeup) return Fail(ErrorCode::kUnavailable, "no descriptor is left for the control socket");
  auto loop = std::make_unique<Loop>(std::move(*listener), std::move(wakeup), commands, options);
  return ControlServer(
      std::jthread([loop = std::move(loop)](const std::stop_token& stop) { loop->Run(stop); }));
}

}  // namespace heirloom
