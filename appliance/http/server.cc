#include "appliance/http/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <thread>

#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"
#include "appliance/http/chain.h"
#include "appliance/http/connection_loop.h"
#include "appliance/http/listener.h"
#include "appliance/http/stream_loop.h"
#include "appliance/http/thread_pool.h"

namespace heirloom::http {
namespace {

// Connections must not take the descriptors that the rest of the process needs for its files.
ServerOptions WithinDescriptors(ServerOptions options) {
  constexpr std::size_t kKeptForOthers = 256;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return options;
  const std::size_t all = limit.rlim_cur;
  const std::size_t ours = all > 2 * kKeptForOthers ? all - kKeptForOthers : all / 2;
  if (options.max_connections > ours) {
    LogWarn("fewer connections than configured: the limit for open files is low",
            {{"open_files", std::to_string(all)}, {"max_connections", std::to_string(ours)}});
    options.max_connections = ours;
  }
  return options;
}

}  // namespace

// Members stand in the order in which they may be taken down, last first.
class Server::Impl {
 public:
  Impl(ServerOptions options, const Router& router, const Clock& clock, IdSource& ids)
      : options_(WithinDescriptors(std::move(options))),
        chain_(router, clock, ids),
        streams_(count_),
        pool_({options_.min_threads, options_.max_threads, options_.max_queue}) {}

  ~Impl() {
    if (!connections_) return;
    Drain(std::chrono::milliseconds(0));
    pool_.Shutdown();  // Handlers still running finish; their connections are gone already.
    connections_->Stop();
    streams_.Stop();
  }

  Chain& chain() { return chain_; }
  int port() const { return port_; }

  Status Listen() {
    Result<TrustedProxies> proxies = TrustedProxies::Parse(options_.trusted_proxies);
    if (!proxies) return ErrorOf(proxies);
    Result<Listener> listener = OpenListener(options_.host, options_.port);
    if (!listener) return ErrorOf(listener);
    if (Status opened = streams_.Open(); !opened) return opened;
    auto connections = std::make_unique<ConnectionLoop>(options_, chain_, std::move(*proxies),
                                                        pool_, streams_, count_);
    if (Status opened = connections->Open(std::move(listener->fd)); !opened) return opened;
    port_ = listener->port;
    connections_ = std::move(connections);
    stream_thread_ = std::jthread([this] {
      NameThisThread("http-streams");
      streams_.Run();
    });
    connection_thread_ = std::jthread([this] {
      NameThisThread("http-accept");
      connections_->Run();
    });
    return {};
  }

  void Drain(std::chrono::milliseconds deadline) {
    if (!connections_) return;
    connections_->BeginDrain();
    streams_.CloseAll();
    if (count_.WaitForNone(deadline)) return;
    connections_->CloseAll();
    // All but those that a handler still holds go now; the loops need no longer than a turn each.
    count_.WaitForNone(std::chrono::milliseconds(100));
  }

  ServerStats Stats() const {
    ServerStats stats;
    stats.connections = count_.Get();
    stats.threads = pool_.threads();
    stats.queued = pool_.queued();
    stats.streams = streams_.count();
    if (connections_) {
      stats.parked = connections_->parked();
      stats.refused = connections_->refused();
    }
    return stats;
  }

 private:
  const ServerOptions options_;
  Chain chain_;
  ConnectionCount count_;
  StreamLoop streams_;
  ThreadPool pool_;
  std::unique_ptr<ConnectionLoop> connections_;
  int port_ = 0;
  std::jthread stream_thread_;
  std::jthread connection_thread_;
};

Server::Server(ServerOptions options, const Router& router, const Clock& clock, IdSource& ids)
    : impl_(std::make_unique<Impl>(std::move(options), router, clock, ids)) {}
Server::~Server() = default;

void Server::OnExchange(std::function<void(const Exchange&)> observer) {
  impl_->chain().OnExchange(std::move(observer));
}
void Server::AddDefaultHeader(std::string name, std::string value) {
  impl_->chain().AddDefaultHeader(std::move(name), std::move(value));
}
void Server::AddSecureHeader(std::string name, std::string value) {
  impl_->chain().AddSecureHeader(std::move(name), std::move(value));
}
Status Server::Listen() { return impl_->Listen(); }
int Server::port() const { return impl_->port(); }
void Server::Drain(std::chrono::milliseconds deadline) { impl_->Drain(deadline); }
ServerStats Server::Stats() const { return impl_->Stats(); }

}  // namespace heirloom::http
