#include "storage/remote/remote_service.h"

#include <algorithm>
#include <utility>

#include "appliance/base/log.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;
using Instant = std::chrono::steady_clock::time_point;

int WholeSeconds(milliseconds span) {
  return std::max(1, static_cast<int>(std::chrono::ceil<std::chrono::seconds>(span).count()));
}

bool MayArriveTwice(const HttpRequest& request) {
  if (request.upload && !request.upload->rewind) return false;
  constexpr std::string_view kIdempotent[] = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"};
  return request.repeatable || std::find(std::begin(kIdempotent), std::end(kIdempotent),
                                         request.method) != std::end(kIdempotent);
}

// version-traceid-parentid-flags (W3C Trace Context section 3.2.2), version 00.
bool IsTraceparent(std::string_view text) {
  if (text.size() != 55 || !text.starts_with("00-")) return false;
  for (std::size_t i = 3; i < text.size(); ++i) {
    const bool hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
    if (i == 35 || i == 52 ? text[i] != '-' : !hex) return false;
  }
  return true;
}

}  // namespace

Judgement JudgeByStatus(const HttpResponse& answer) {
  if (answer.status == 401 || answer.status == 403) return Judgement::kRefusesUs;
  if (answer.status == 429) return Judgement::kBusy;
  // What no waiting mends: not implemented, and another version of HTTP.
  if (answer.status == 501 || answer.status == 505) return Judgement::kFine;
  return answer.status >= 500 ? Judgement::kBroken : Judgement::kFine;
}

// One call of Send.
class RemoteService::Operation {
 public:
  Operation(RemoteService& service, const HttpRequest& request)
      : s_(service),
        request_(request),
        deadline_(service.pauses_.Now() + std::min(request.timeout, service.options_.max_time)) {
    request_.framed_only = true;
    WatchBodies();
    const std::string trace = s_.options_.current_trace ? s_.options_.current_trace() : "";
    if (IsTraceparent(trace)) request_.headers.push_back({"traceparent", trace});
    fields_ = request_.headers.size();
  }

  Result<HttpResponse> Run() {
    ++s_.tally_.operations;
    s_.budget_.CountRequest();
    for (int next = 2;; ++next) {
      Result<HttpResponse> answer = Try();
      if (next > s_.options_.retry.max_tries || !PrepareTry(next, answer)) return answer;
      ++s_.tally_.retries;
    }
  }

 private:
  enum class Again { kNo, kAtOnce, kAfterPause };

  // Notes what decides whether a failure was the other side's, and whether it can be mended.
  void WatchBodies() {
    if (request_.sink) {
      request_.sink = [this, sink = std::move(request_.sink)](std::string_view piece) {
        sink_touched_ = true;
        Status taken = sink(piece);
        own_fault_ = own_fault_ || !taken;
        return taken;
      };
    }
    if (request_.upload) {
      request_.upload->read = [this, read = std::move(request_.upload->read)](std::span<char> to) {
        Result<std::size_t> given = read(to);
        own_fault_ = own_fault_ || !given || *given == 0;
        return given;
      };
    }
  }

  milliseconds Left() const {
    return std::chrono::ceil<milliseconds>(deadline_ - s_.pauses_.Now());
  }

  tl::unexpected<Error> Refuse(const std::string& what, milliseconds retry_in) const {
    return FailForNow(ErrorCode::kUnavailable, s_.name() + ": " + what, WholeSeconds(retry_in));
  }

  tl::unexpected<Error> RefuseOpen() const {
    ++s_.tally_.refused_open;
    return Refuse("not asked, since it failed just now: " + s_.Problem(),
                  s_.circuit_.RetryIn(s_.pauses_.Now()));
  }

  // An error from below, as ours.
  tl::unexpected<Error> Named(Error error) const {
    if (error.code == ErrorCode::kForbidden) error.code = ErrorCode::kUnavailable;
    if (error.code == ErrorCode::kUnavailable) {
      error.retry_after_seconds = std::max(error.retry_after_seconds, 1);
    }
    error.message = s_.name() + ": " + error.message;
    return tl::unexpected<Error>(std::move(error));
  }

  static std::string Advice(const std::string& setting) {
    return setting.empty() ? "" : "; look at " + setting;
  }

  // One try; again_ says what may follow.
  Result<HttpResponse> Try() {
    again_ = Again::kNo;
    refuses_us_ = false;
    distrusted_ = false;
    if (s_.circuit_.RetryIn(s_.pauses_.Now()) > milliseconds(0)) return RefuseOpen();
    const auto place = s_.bulkhead_.Enter(std::clamp(Left(), milliseconds(0), s_.options_.max_wait),
                                          request_.stop);
    if (!place) {
      if (request_.stop.stop_requested()) return Refuse("stopped", milliseconds(0));
      ++s_.tally_.refused_full;
      return Refuse("too many requests are under way to it", s_.options_.max_wait);
    }
    if (Left() <= milliseconds(0)) return Refuse("no time is left", milliseconds(0));
    request_.headers.resize(fields_);
    if (s_.signer_) {
      const Status is_signed = s_.signer_->Sign(request_);
      if (!is_signed) return Named(is_signed.error());
    }
    const auto ticket = s_.circuit_.Admit(s_.pauses_.Now());
    if (!ticket) return RefuseOpen();
    return Ask(*ticket);
  }

  Result<HttpResponse> Ask(CircuitBreaker::Ticket ticket) {
    const milliseconds most = s_.options_.max_try_time;
    request_.timeout = most > milliseconds(0) ? std::min(Left(), most) : Left();
    ++s_.tally_.tries;
    Result<HttpResponse> answer = s_.client_->Send(request_);
    if (answer) {
      Judge(*answer, ticket);
      return answer;
    }
    const ErrorCode code = answer.error().code;
    const bool down = code == ErrorCode::kUnavailable || code == ErrorCode::kForbidden;
    distrusted_ = code == ErrorCode::kForbidden && !own_fault_;
    if (distrusted_) answer.error().message += Advice(s_.options_.trust_setting);
    if (!down || own_fault_ || request_.stop.stop_requested()) {
      Report(ticket, CircuitBreaker::Outcome::kUnknown, "");
    } else {
      Report(ticket, CircuitBreaker::Outcome::kBad, answer.error().message);
      if (code == ErrorCode::kUnavailable) again_ = Again::kAfterPause;
    }
    return Named(std::move(answer.error()));
  }

  void Judge(const HttpResponse& answer, CircuitBreaker::Ticket ticket) {
    using Outcome = CircuitBreaker::Outcome;
    const std::string status = std::to_string(answer.status);
    const Judgement judgement = s_.options_.judge(answer);
    refuses_us_ = judgement == Judgement::kRefusesUs;
    switch (judgement) {
      case Judgement::kFine:
        return Report(ticket, Outcome::kGood, "");
      case Judgement::kBusy:
        again_ = Again::kAfterPause;
        return Report(ticket, Outcome::kGood, "it is too busy (" + status + ")");
      case Judgement::kBroken:
        again_ = Again::kAfterPause;
        return Report(ticket, Outcome::kBad, "it answered " + status);
      case Judgement::kRefusesUs:
        if (!renewed_ && s_.signer_ && s_.signer_->Renew(request_)) again_ = Again::kAtOnce;
        return Report(
            ticket, Outcome::kGood,
            "it refuses our credentials (" + status + ")" + Advice(s_.options_.access_setting));
    }
  }

  void Report(CircuitBreaker::Ticket ticket, CircuitBreaker::Outcome outcome,
              const std::string& problem) {
    const bool bad = outcome == CircuitBreaker::Outcome::kBad;
    if (bad) ++s_.tally_.failures;
    if (outcome != CircuitBreaker::Outcome::kUnknown) s_.Note({problem, refuses_us_, distrusted_});
    if (!s_.circuit_.Report(ticket, outcome, s_.pauses_.Now())) return;
    if (bad) {
      LogWarn("a dependency fails and is left alone for a while",
              {{"dependency", s_.name()}, {"problem", problem}});
    } else {
      LogInfo("a dependency answers again", {{"dependency", s_.name()}});
    }
  }

  // Whether to try once more; waits until it is time.
  bool PrepareTry(int next, const Result<HttpResponse>& answer) {
    const bool rewinds = !request_.upload || request_.upload->rewind;
    if (again_ == Again::kNo || request_.stop.stop_requested() || sink_touched_ || !rewinds) {
      return false;
    }
    if (again_ == Again::kAtOnce) {
      renewed_ = true;  // Once: what was refused twice is wrong. It was refused, so it did nothing.
    } else if (!MayArriveTwice(request_) || !Pause(next, answer)) {
      return false;
    }
    return !request_.upload || request_.upload->rewind().has_value();
  }

  bool Pause(int next, const Result<HttpResponse>& answer) {
    const RetryPolicy& policy = s_.options_.retry;
    milliseconds pause = Backoff(next, policy, s_.random_);
    const auto asked = answer ? RetryAfter(*answer, s_.clock_) : std::nullopt;
    if (asked && *asked > policy.max_retry_after) return false;
    // Never sooner than asked; the jitter comes on top, or all would come back in that second.
    if (asked) pause = *asked + pause / 4;
    if (pause >= Left() || s_.circuit_.RetryIn(s_.pauses_.Now()) > pause) return false;
    if (!s_.budget_.TakeRetry()) {
      ++s_.tally_.budget_empty;
      return false;
    }
    s_.pauses_.Wait(pause, request_.stop);
    return !request_.stop.stop_requested();
  }

  RemoteService& s_;
  HttpRequest request_;  // With what is added here.
  const Instant deadline_;
  std::size_t fields_ = 0;  // Header fields that stay from try to try.
  Again again_ = Again::kNo;
  bool refuses_us_ = false;  // By the last try, as the next.
  bool distrusted_ = false;
  bool renewed_ = false;
  bool sink_touched_ = false;
  bool own_fault_ = false;  // A sink or an upload said no.
};

RemoteService::RemoteService(RemoteOptions options, std::unique_ptr<HttpClient> client,
                             std::unique_ptr<RequestSigner> signer, const RemoteWorld& world)
    : options_(std::move(options)),
      client_(std::move(client)),
      signer_(std::move(signer)),
      pauses_(world.pauses),
      clock_(world.clock),
      random_(world.random),
      registry_(world.registry),
      budget_(options_.retry_ratio, options_.retry_burst),
      circuit_(options_.circuit),
      bulkhead_(options_.max_concurrent, options_.max_waiting) {
  if (registry_) registry_->Add(*this);
}

RemoteService::~RemoteService() {
  if (registry_) registry_->Remove(*this);
}

Result<HttpResponse> RemoteService::Send(const HttpRequest& request) {
  return Operation(*this, request).Run();
}

void RemoteService::Note(Noted noted) {
  const std::lock_guard lock(mutex_);
  noted_ = std::move(noted);
}

std::string RemoteService::Problem() const {
  const std::lock_guard lock(mutex_);
  return noted_.problem;
}

RemoteState RemoteService::State() const {
  RemoteState state;
  state.circuit = circuit_.state();
  state.retry_in = circuit_.RetryIn(pauses_.Now());
  const std::lock_guard lock(mutex_);
  state.problem = noted_.problem;
  state.refuses_us = noted_.refuses_us;
  state.distrusted = noted_.distrusted;
  if (state.refuses_us) state.setting = options_.access_setting;
  if (state.distrusted) state.setting = options_.trust_setting;
  return state;
}

RemoteCounters RemoteService::Counters() const {
  RemoteCounters counters;
  counters.operations = tally_.operations;
  counters.tries = tally_.tries;
  counters.failures = tally_.failures;
  counters.retries = tally_.retries;
  counters.refused_open = tally_.refused_open;
  counters.refused_full = tally_.refused_full;
  counters.budget_empty = tally_.budget_empty;
  counters.opened = circuit_.times_opened();
  counters.in_flight = bulkhead_.in_use();
  counters.waiting = bulkhead_.waiting();
  return counters;
}

std::unique_ptr<RemoteService> MakeRemoteService(RemoteOptions options, const std::string& ca_file,
                                                 std::unique_ptr<RequestSigner> signer,
                                                 const RemoteWorld& world) {
  HttpClientOptions connection;
  connection.ca_file = ca_file;
  connection.max_idle_handles = static_cast<std::size_t>(options.max_concurrent);
  auto client = MakeHttpClient(std::move(connection));
  return std::make_unique<RemoteService>(std::move(options), std::move(client), std::move(signer),
                                         world);
}

Error ErrorOfAnswer(std::string_view name, const HttpResponse& answer, const Clock& clock) {
  const auto make = [&](ErrorCode code, const std::string& what) {
    return Error{code, std::string(name) + ": " + what, {}, 0};
  };
  const std::string status = std::to_string(answer.status);
  const bool passes = answer.status == 408 || answer.status == 429 || answer.status >= 500;
  if (passes || answer.status == 401 || answer.status == 403) {
    Error error =
        make(ErrorCode::kUnavailable,
             passes ? "it answered " + status : "it refuses our credentials (" + status + ")");
    error.retry_after_seconds =
        WholeSeconds(RetryAfter(answer, clock).value_or(milliseconds(1'000)));
    return error;
  }
  switch (answer.status) {
    case 404:
      return make(ErrorCode::kNotFound, "it knows nothing of the kind (404)");
    case 409:
      return make(ErrorCode::kConflict, "it is against the state there (409)");
    case 412:
      return make(ErrorCode::kPreconditionFailed, "it has another state there (412)");
    case 413:
      return make(ErrorCode::kTooLarge, "it takes no request as large (413)");
    default:
      return make(ErrorCode::kInternal, "it answered " + status);
  }
}

}  // namespace heirloom
