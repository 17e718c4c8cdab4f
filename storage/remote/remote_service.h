#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "storage/remote/bulkhead.h"
#include "storage/remote/circuit_breaker.h"
#include "storage/remote/http_client.h"
#include "storage/remote/remote_registry.h"
#include "storage/remote/request_signer.h"
#include "storage/remote/retry.h"
#include "storage/remote/retry_budget.h"

namespace heirloom {

// What an answer says about the dependency.
enum class Judgement {
  kFine,       // It works; also when it refuses the request (4xx).
  kBusy,       // It works and asks for patience (429): try again, nothing is broken.
  kBroken,     // It does not work (5xx): try again, and count it.
  kRefusesUs,  // Our credentials are not good (401, 403).
};
Judgement JudgeByStatus(const HttpResponse& answer);

struct RemoteOptions {
  // What operators call the dependency: "search", "graph", "blobs". In every message and metric.
  std::string name;
  // What an operator is to look at when its certificate is not trusted, and when it refuses our
  // credentials: keys of the configuration, "index.search_ca_file". Empty: no advice is given.
  std::string trust_setting;
  std::string access_setting;
  // No operation takes longer, with all its tries and pauses and the wait for a place; a request
  // whose own `timeout` is shorter gets that.
  std::chrono::milliseconds max_time{30'000};
  // No single try takes longer; one that hangs leaves time for the next. 0: as long as there is.
  std::chrono::milliseconds max_try_time{0};
  RetryPolicy retry{.max_tries = 3,
                    .first_pause = std::chrono::milliseconds(50),
                    .max_pause = std::chrono::milliseconds(2'000),
                    .max_retry_after = std::chrono::milliseconds(10'000)};
  double retry_ratio = 0.1;  // RetryBudget.
  double retry_burst = 10;
  int max_concurrent = 16;
  int max_waiting = 64;  // For a place.
  std::chrono::milliseconds max_wait{2'000};
  CircuitPolicy circuit;
  // Where the status does not say it all. Thread-safe.
  std::function<Judgement(const HttpResponse&)> judge = JudgeByStatus;
  // The trace that the calling thread is in, as a W3C `traceparent`; empty when in none, and then
  // (or when it is not well-formed) none is sent.
  std::function<std::string()> current_trace;
};

// Since the start. For /metrics and health pages.
struct RemoteCounters {
  std::uint64_t operations = 0;    // Calls of Send.
  std::uint64_t tries = 0;         // Requests that went out.
  std::uint64_t failures = 0;      // Tries that got no answer, or kBroken.
  std::uint64_t retries = 0;       // Tries after the first.
  std::uint64_t refused_open = 0;  // Operations that failed at once by an open circuit.
  std::uint64_t refused_full = 0;  // Operations that found no place in time.
  std::uint64_t budget_empty = 0;  // Retries that were left out because the budget was spent.
  std::uint64_t opened = 0;        // How often the circuit opened.
  int in_flight = 0;
  int waiting = 0;
};

struct RemoteState {
  CircuitBreaker::State circuit = CircuitBreaker::State::kClosed;
  // In words for operators, without secrets: the last failure. Empty when the last try was good.
  std::string problem;
  bool refuses_us = false;                // The last answer refused our credentials.
  bool distrusted = false;                // The last try met a certificate that is not trusted.
  std::string setting;                    // Of either: RemoteOptions' advice.
  std::chrono::milliseconds retry_in{0};  // While open: until the next probe may go.

  // False only while nobody may ask. A health page that takes a process out of service by it must
  // itself ask the dependency something small once retry_in is over, or it would never heal.
  bool Usable() const { return circuit != CircuitBreaker::State::kOpen; }
};

// What every service of a process shares. Must outlive them.
struct RemoteWorld {
  Pauses& pauses;
  const Clock& clock;
  Random& random;
  RemoteRegistry* registry = nullptr;  // Where each service is listed, if anywhere.
};

// One dependency, asked with manners; itself an HttpClient, so an adapter needs to know no other
// word. Each operation:
//
//   circuit closed? ─► a place (bulkhead) ─► sign ─► send ─► judge ─┬─► the answer
//         ▲                                                        │ may pass, may be repeated,
//         budget └──────────────── pause with jitter, place given back ◄──┘ and time are left
//
// Thread-safe; each operation blocks its caller. Answers are as those of HttpClient: every one with
// a status is a success here, also a 503 after the last try: use ErrorOfAnswer. Failures are
//   kUnavailable      no whole answer in time; the circuit is open; no place; the certificate is
//                     not to be trusted; a signer that cannot. retry_after_seconds is at least 1
//   kInvalidArgument  the request cannot be sent
//   kTooLarge         the answer is longer than max_response_bytes
//   what a sink or an upload said
// each with the dependency's name in front. A certificate that is not trusted is not kForbidden
// here, since no visitor did wrong.
//
// Repeated is only what may arrive twice (HttpRequest::repeatable) and whose upload can rewind, and
// nothing after its sink got a byte. Every answer must tell its own length (framed_only). A request
// refused for its credentials is repeated once when the signer has others by now. Every header of
// ours (Authorization, traceparent) is set here, none twice.
class RemoteService final : public HttpClient {
 public:
  // `signer` may be null: nothing proves who asks.
  RemoteService(RemoteOptions options, std::unique_ptr<HttpClient> client,
                std::unique_ptr<RequestSigner> signer, const RemoteWorld& world);
  ~RemoteService() override;

  Result<HttpResponse> Send(const HttpRequest& request) override;

  const std::string& name() const { return options_.name; }
  RemoteState State() const;
  RemoteCounters Counters() const;

 private:
  class Operation;
  // What a try came to; guarded by mutex_.
  struct Noted {
    std::string problem;
    bool refuses_us = false;
    bool distrusted = false;
  };
  void Note(Noted noted);
  std::string Problem() const;

  const RemoteOptions options_;
  const std::unique_ptr<HttpClient> client_;
  const std::unique_ptr<RequestSigner> signer_;
  Pauses& pauses_;
  const Clock& clock_;
  Random& random_;
  RemoteRegistry* const registry_;

  RetryBudget budget_;
  CircuitBreaker circuit_;
  Bulkhead bulkhead_;
  struct Tally {
    std::atomic<std::uint64_t> operations{0}, tries{0}, failures{0}, retries{0}, refused_open{0},
        refused_full{0}, budget_empty{0};
  } tally_;
  mutable std::mutex mutex_;
  Noted noted_;
};

// The usual one: over libcurl, with `ca_file` (PEM; empty: the system's) as the only authorities it
// trusts.
std::unique_ptr<RemoteService> MakeRemoteService(RemoteOptions options, const std::string& ca_file,
                                                 std::unique_ptr<RequestSigner> signer,
                                                 const RemoteWorld& world);

// What an answer that is not 2xx means to callers above an adapter: 404 kNotFound, 409 kConflict,
// 412 kPreconditionFailed, 413 kTooLarge; 401, 403, 408, 429 and 5xx kUnavailable, with
// Retry-After; all else kInternal. Says name and status, nothing of the body.
Error ErrorOfAnswer(std::string_view name, const HttpResponse& answer, const Clock& clock);

}  // namespace heirloom
