#include "appliance/operations/control_server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"
#include "appliance/operations/control_exchange.h"

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
      if (socket) Receive(ControlConnection(std::move(socket)));
    }
    for (const auto& client : clients_) client->thread.request_stop();
    clients_.clear();  // Waits for each.
  }

 private:
  struct Client {
    std::atomic<bool> done = false;
    std::jthread thread;  // Last: it ends before the rest goes.
  };

  void Receive(ControlConnection connection) {
    const Result<uid_t> peer = connection.PeerUser();
    if (!peer || (*peer != ::geteuid() && *peer != 0)) {
      LogWarn("refused another user on the control socket");
      return;
    }
    std::erase_if(clients_, [](const auto& client) { return client->done.load(); });
    if (clients_.size() >= options_.at_once) return Refuse(std::move(connection));
    auto client = std::make_unique<Client>();
    client->thread = std::jthread([this, &done = client->done, connection = std::move(connection)](
                                      const std::stop_token& stop) mutable {
      ServeControl(std::move(connection), commands_, options_, stop);
      done = true;
    });
    clients_.push_back(std::move(client));
  }

  static void Refuse(ControlConnection connection) {
    const Error error{ErrorCode::kUnavailable,
                      "the daemon runs as many commands as it can at once; try again later",
                      {}};
    // It fits into the socket's buffer: nobody is waited for.
    const Status said =
        connection.WriteLine(WriteControlError(error), std::chrono::steady_clock::now());
    if (!said) LogWarn("a client of the control socket could not be told to come back");
  }

  http::UniqueFd listener_;
  http::UniqueFd wakeup_;
  const Commands& commands_;
  const ControlServer::Options options_;
  std::vector<std::unique_ptr<Client>> clients_;  // Of the thread alone.
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
