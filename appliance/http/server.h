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
  std::size_t max_target_bytes = 8000;              // Path and query as sent.
  std::chrono::milliseconds head_deadline{10'000};  // From the first byte of a head to its last.
  std::chrono::milliseconds body_deadline{60'000};  // For the whole body.
  std::chrono::milliseconds write_timeout{30'000};  // For any one write to make progress.
  std::chrono::milliseconds idle_timeout{60'000};  // Of a kept connection, and before a first byte.
  std::size_t max_connections = 4096;  // Beyond: 503 at once. Fewer when descriptors are few.
  std::size_t min_threads = 4;
  std::size_t max_threads = 256;
  std::size_t max_queue = 1024;  // Requests that wait for a thread; beyond: 503 with Retry-After.
  // Memory of all connections together for requests that are arriving or being served, and again
  // for answers that clients have not taken yet. Beyond: 503, or a close. A connection's first
  // 8 KiB are not counted, so that ordinary requests pass when someone fills this.
  std::size_t max_buffered_bytes = 64u << 20;
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
  std::size_t streams = 0;    // Handed to the event loop.
  std::uint64_t refused = 0;  // For framing, limits or overload.
};

// An HTTP/1.1 listener for an open network. cpp-httplib writes the answers (answer_writer.cc); its
// own listening side is not used, because what Debian ships is unsafe there: it lets a body that
// nobody read pass for the next request, has no limit on heads and chunked bodies, spends a thread
// on each idle connection, and overflows its stack in a regular expression on a long Range.
//
// Here one epoll loop (connection_loop.h) accepts, collects each head and body within its deadline,
// cap and budget, and refuses framing that could be read two ways (RFC 9112 section 6.3). Only a
// whole request gets a thread; what a slow reader does not take goes out from the loop again. So
// idle and slow clients cost a descriptor and a few KiB, and no thread. A second loop
// (stream_loop.h) holds the event streams.
//
// Every answer passes one chain: request id → router → handler → default headers → observer.
class Server {
 public:
  // `router` must outlive the server and not change once it listens.
  Server(ServerOptions options, const Router& router, const Clock& clock, IdSource& ids);
  ~Server();

  // Called after each answer, from the answering thread, which for a refusal is the loop itself: so
  // it must not wait. Before Listen only.
  void OnExchange(std::function<void(const Exchange&)> observer);
  // Header fields added to every answer that lacks them. Before Listen only.
  void AddDefaultHeader(std::string name, std::string value);
  // The same, to answers that reach the browser by TLS.
  void AddSecureHeader(std::string name, std::string value);

  // Binds and starts serving on threads of its own, once. kUnavailable with a readable reason when
  // the address is taken, kInvalidArgument when `host` or `trusted_proxies` cannot be understood.
  Status Listen();
  int port() const;  // After Listen.

  // Stops accepting, closes idle connections and event streams, lets requests under way finish for
  // up to `deadline`, answers them with Connection: close, then closes the rest. Handlers that are
  // still running then are waited for by the destructor. Idempotent.
  void Drain(std::chrono::milliseconds deadline);

  ServerStats Stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heirloom::http
