#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "appliance/http/byte_budget.h"
#include "appliance/http/chain.h"
#include "appliance/http/connection_count.h"
#include "appliance/http/event_loop.h"
#include "appliance/http/forwarded.h"
#include "appliance/http/stream_loop.h"
#include "appliance/http/thread_pool.h"
#include "appliance/http/unique_fd.h"

namespace heirloom::http {

class Connection;

// Accepts connections and carries each through its life, all on one thread:
//
//   idle → head → body → serving → writing → idle …          or → lingering → closed
//
// While serving, and only then, the connection belongs to a pool thread; it comes back by Post.
class ConnectionLoop {
 public:
  ConnectionLoop(const ServerOptions& options, const Chain& chain, TrustedProxies proxies,
                 ThreadPool& pool, StreamLoop& streams, ConnectionCount& connections);
  ~ConnectionLoop();

  Status Open(UniqueFd listener);
  void Run() { loop_.Run(); }  // Until Stop.
  void Stop() { loop_.Stop(); }

  // From any thread. Stops accepting, closes what is idle; what is under way closes after its
  // answer.
  void BeginDrain();
  // From any thread. Closes everything; what a thread is serving loses its socket at once and goes
  // when the thread is done.
  void CloseAll();

  std::size_t parked() const { return parked_; }
  std::uint64_t refused() const { return refused_; }

 private:
  friend class Connection;
  class Acceptor;

  void Accept(UniqueFd fd, std::string peer);
  void TurnAway(UniqueFd fd, const std::string& peer);
  void Close(Connection& connection);

  const ServerOptions& options_;
  const HeadLimits head_limits_;
  const Chain& chain_;
  const TrustedProxies proxies_;
  ThreadPool& pool_;
  StreamLoop& streams_;
  ConnectionCount& count_;
  ByteBudget input_budget_;
  ByteBudget output_budget_;
  EventLoop loop_;
  std::unique_ptr<Acceptor> acceptor_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  std::string scratch_;  // What recv fills.
  std::atomic<bool> draining_{false};
  std::atomic<std::size_t> parked_{0};
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace heirloom::http
