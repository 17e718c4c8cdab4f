#include "appliance/http/connection_loop.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <vector>

#include "appliance/base/log.h"
#include "appliance/http/connection.h"

namespace heirloom::http {
namespace {

constexpr std::size_t kScratchBytes = 16u << 10;
constexpr int kAcceptsPerTurn = 64;
// How long to let be when the system is out of descriptors or memory; others must give back first.
constexpr std::chrono::milliseconds kAcceptPause{100};

std::string AddressOf(const sockaddr_storage& peer) {
  IpAddress address{};
  if (peer.ss_family == AF_INET6) {
    std::memcpy(address.data(), &reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr, 16);
  } else if (peer.ss_family == AF_INET) {
    address[10] = address[11] = 0xff;
    std::memcpy(address.data() + 12, &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, 4);
  }
  return FormatIp(address);
}

}  // namespace

class ConnectionLoop::Acceptor final : public Watcher {
 public:
  Acceptor(ConnectionLoop& owner, UniqueFd fd) : owner_(owner), fd_(std::move(fd)) {}
  ~Acceptor() override { owner_.loop_.Forget(fd_.get(), *this); }

  bool Start() { return owner_.loop_.Watch(fd_.get(), EPOLLIN, *this); }

  void OnReady(std::uint32_t) override {
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
      sockaddr_storage peer{};
      socklen_t size = sizeof(peer);
      UniqueFd fd(::accept4(fd_.get(), reinterpret_cast<sockaddr*>(&peer), &size,
                            SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!fd && errno == EAGAIN) break;
      if (!fd && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
        LogWarn("cannot accept connections for the moment", {{"reason", std::strerror(errno)}});
        owner_.loop_.SetDeadline(*this, std::chrono::steady_clock::now() + kAcceptPause);
        return;
      }
      if (fd) owner_.Accept(std::move(fd), AddressOf(peer));
    }
    OnDeadline();
  }

  void OnDeadline() override { owner_.loop_.Rearm(fd_.get(), EPOLLIN, *this); }

 private:
  ConnectionLoop& owner_;
  UniqueFd fd_;
};

ConnectionLoop::ConnectionLoop(const ServerOptions& options, const Chain& chain,
                               TrustedProxies proxies, ThreadPool& pool, StreamLoop& streams,
                               ConnectionCount& connections)
    : options_(options),
      head_limits_{options.max_head_bytes, options.max_headers, options.max_target_bytes},
      chain_(chain),
      proxies_(std::move(proxies)),
      pool_(pool),
      streams_(streams),
      count_(connections),
      input_budget_(options.max_buffered_bytes),
      output_budget_(options.max_buffered_bytes),
      scratch_(kScratchBytes, '\0') {}

ConnectionLoop::~ConnectionLoop() {
  acceptor_.reset();
  connections_.clear();
}

Status ConnectionLoop::Open(UniqueFd listener) {
  if (Status opened = loop_.Open(); !opened) return opened;
  acceptor_ = std::make_unique<Acceptor>(*this, std::move(listener));
  if (!acceptor_->Start()) return Fail(ErrorCode::kUnavailable, "cannot watch the listener");
  return {};
}

void ConnectionLoop::Accept(UniqueFd fd, std::string peer) {
  if (count_.Get() >= options_.max_connections) return TurnAway(std::move(fd), peer);
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  auto connection = std::make_unique<Connection>(*this, std::move(fd), std::move(peer));
  Connection& started = *connection;
  connections_.emplace(&started, std::move(connection));
  if (!started.Start()) Close(started);
}

void ConnectionLoop::TurnAway(UniqueFd fd, const std::string& peer) {
  ++refused_;
  Request request;
  request.remote_address = peer;
  Answer answer = chain_.Refuse(request, {503, ""});
  answer.out.Send(fd.get());
  ::shutdown(fd.get(), SHUT_WR);
  // What was sent already must not turn our close into a reset, which could overtake the answer.
  ::recv(fd.get(), scratch_.data(), scratch_.size(), MSG_DONTWAIT);
  chain_.Report(request, answer, std::chrono::steady_clock::now());
}

void ConnectionLoop::Close(Connection& connection) { connections_.erase(&connection); }

void ConnectionLoop::BeginDrain() {
  draining_ = true;
  loop_.Post([this] {
    acceptor_.reset();
    std::vector<Connection*> all;
    for (const auto& [connection, owned] : connections_) all.push_back(connection);
    for (Connection* connection : all) connection->CloseIfIdle();
  });
}

void ConnectionLoop::CloseAll() {
  loop_.Post([this] {
    acceptor_.reset();
    std::vector<Connection*> all;
    for (const auto& [connection, owned] : connections_) all.push_back(connection);
    for (Connection* connection : all) connection->Abort();
  });
}

}  // namespace heirloom::http
