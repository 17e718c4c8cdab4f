#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "appliance/http/router.h"

namespace heirloom::http {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: any free one.
  std::size_t max_head_bytes = 64u << 10;
  std::size_t max_headers = 100;
  std::size_t max_target_bytes = 8000;  // Path and query as sent.
  std::chrono::milliseconds head_deadline{10'000};   // From the first byte of a head to its last.
  std::chrono::milliseconds body_deadline{60'000};   // For the whole body.
  std::chrono::milliseconds write_timeout{30'000};   // For any one write to make progress.
  std::chrono::milliseconds idle_timeout{60'000};    // Of a kept connection, and before a first byte.
  std::size_t max_connections = 4096;                // Beyond: 503 at once, or a close.
  std::size_t min_threads = 4;
  std::size_t max_threads = 256;
  std::size_t max_queue = 1024;  // Requests that wait for a thread; beyond: 503 with Retry-After.
  // Networks (CIDR) whose X-Forwarded-* headers count.
  std::vector<std::string> trusted_proxies;
};

// What the access log and metrics are told of each answer.
struct Exchange {
  const Request& request;
  int status = 0;
  std::size_t bytes = 0;
  std::chrono::microseconds duration{0};
};

struct ServerStats {
  std::size_t connections = 0;  // Open, in any state.
  std::size_t parked = 0;       // Idle, without a thread.
  std::size_t threads = 0;
  std::size_t queued = 0;
  std::size_t streams = 0;  // Handed to the event loop.
  std::uint64_t refused = 0;  // For framing, limits or overload.
};

// cpp-httplib behind a stream of our own, because what Debian ships is unsafe on an open network:
// it lets a body that nobody read pass for the next request, has no limit on heads and chunked
// bodies, spends a thread on each idle connection, and overflows its stack in a regular expression
// on a long Range. Here each head has a deadline and a cap, framing that could be read two ways is
// refused (RFC 9112 section 6.3), the body is counted and a connection whose body was not read
// exactly is closed, idle connections wait in epoll without a thread, threads are few, bounded and
// have 8 MiB of stack.
//
// Every answer passes one chain: request id → router → handler → security headers → log.
class Server {
 public:
  // `router` must outlive the server and not change once it listens.
  Server(ServerOptions options, const Router& router, const Clock& clock, IdSource& ids);
  ~Server();

  // Called after each answer, from the answering thread. Before Listen only.
  void OnExchange(std::function<void(const Exchange&)> observer);
  // Header fields added to every answer that lacks them. Before Listen only.
  void AddDefaultHeader(std::string name, std::string value);

  // Binds and starts serving on threads of its own. kUnavailable with a readable reason when the
  // address is taken.
  Status Listen();
  int port() const;  // After Listen.

  // Stops accepting, closes idle connections, lets requests under way finish until `deadline`,
  // answers them with Connection: close, then closes the rest. Idempotent.
  void Drain(std::chrono::milliseconds deadline);

  ServerStats Stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heirloom::http
