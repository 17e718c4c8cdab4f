#include "appliance/http/connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace heirloom::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A connection's first bytes do not count against the budget; see ServerOptions.
constexpr std::size_t kFreeBytes = 8u << 10;
// How long and how far a client may still talk after a refusal before the connection is cut. To cut
// it at once would often destroy the answer on its way (RFC 9112 section 9.6).
constexpr milliseconds kLingerTime{2000};
// Per turn, so that one fast sender does not hold up the others.
constexpr int kReadsPerTurn = 4;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string Within(milliseconds span) {
  return " within " + std::to_string(span.count() / 1000) + " seconds.";
}

}  // namespace

Connection::Connection(ConnectionLoop& owner, UniqueFd fd, std::string peer)
    : owner_(owner),
      fd_(std::move(fd)),
      peer_(std::move(peer)),
      input_share_(owner.input_budget_),
      scanner_(owner.head_limits_),
      output_share_(owner.output_budget_) {
  owner_.count_.Add();
}

Connection::~Connection() {
  SetPhase(Phase::kServing);  // So that it is no longer counted as parked.
  owner_.loop_.Forget(fd_.get(), *this);
  // A stream's connection goes on being counted, by the loop that took it.
  if (fd_) owner_.count_.Remove();
}

bool Connection::Start() {
  SetPhase(Phase::kIdle);
  ExpireIn(owner_.options_.idle_timeout);
  return owner_.loop_.Watch(fd_.get(), EPOLLIN, *this);
}

void Connection::SetPhase(Phase phase) {
  if (phase_ == Phase::kIdle) --owner_.parked_;
  if (phase == Phase::kIdle) ++owner_.parked_;
  phase_ = phase;
}

void Connection::Await(std::uint32_t events) { owner_.loop_.Rearm(fd_.get(), events, *this); }

void Connection::ExpireIn(milliseconds span) {
  owner_.loop_.SetDeadline(*this, steady_clock::now() + span);
}

void Connection::OnReady(std::uint32_t) {
  switch (phase_) {
    case Phase::kIdle:
    case Phase::kHead:
    case Phase::kBody:
      return Receive() ? Advance() : Close();
    case Phase::kWriting:
      return Answered(answer_.out.Send(fd_.get()));
    case Phase::kLingering:
      return Discard();
    case Phase::kServing:
      return;
  }
}

void Connection::OnDeadline() {
  switch (phase_) {
    case Phase::kHead:
      return Refuse({408, "The head did not arrive" + Within(owner_.options_.head_deadline)});
    case Phase::kBody:
      return Refuse({408, "The body did not arrive" + Within(owner_.options_.body_deadline)});
    case Phase::kIdle:
    case Phase::kWriting:
    case Phase::kLingering:
      return Close();
    case Phase::kServing:
      return;
  }
}

// False when the connection is broken or ended before a message did.
bool Connection::Receive() {
  for (int i = 0; i < kReadsPerTurn && !peer_done_; ++i) {
    const ssize_t n =
        ::recv(fd_.get(), owner_.scratch_.data(), owner_.scratch_.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) return false;
    if (n == 0) peer_done_ = true;
    input_.append(owner_.scratch_, 0, static_cast<std::size_t>(n));
    if (static_cast<std::size_t>(n) < owner_.scratch_.size()) break;
  }
  return !peer_done_ || !input_.empty() || phase_ == Phase::kBody;
}

// Goes as far as the bytes at hand allow.
void Connection::Advance() {
  if (phase_ == Phase::kIdle && !input_.empty()) {
    SetPhase(Phase::kHead);
    ExpireIn(owner_.options_.head_deadline);
  }
  if (phase_ == Phase::kHead && !AdvanceHead()) return;
  if (phase_ == Phase::kBody && !AdvanceBody()) return;
  if (peer_done_) return Close();  // There was more to come, and it will not.
  if (!FitsBudget()) return Refuse({503, ""});
  if (continue_due_) SendContinue();
  Await(EPOLLIN);
}

// False when there is nothing more to wait for here: refused, dispatched or closed.
bool Connection::AdvanceHead() {
  if (const std::optional<Refusal> refusal = scanner_.Scan(input_)) {
    Refuse(*refusal);
    return false;
  }
  if (scanner_.end() == 0) return true;
  const std::string_view text(input_);
  const bool begun = BeginRequest(text.substr(scanner_.begin(), scanner_.end() - scanner_.begin()));
  if (!begun) return false;
  input_.erase(0, scanner_.end());
  scanner_ = HeadScanner(owner_.head_limits_);
  SetPhase(Phase::kBody);
  ExpireIn(owner_.options_.body_deadline);
  return true;
}

bool Connection::AdvanceBody() {
  std::size_t used = 0;
  const std::optional<Refusal> refusal =
      body_->done() ? std::nullopt : body_->Read(input_, used, request_.body);
  input_.erase(0, used);
  if (refusal) {
    Refuse(*refusal);
    return false;
  }
  if (!body_->done()) return true;
  Dispatch();
  return false;
}

bool Connection::BeginRequest(std::string_view head_text) {
  RequestHead head;
  const std::optional<Refusal> refusal = ParseHead(head_text, owner_.head_limits_, head);
  request_ = Request();
  request_.method = std::move(head.method);
  request_.path = std::move(head.path);
  request_.query = std::move(head.query);
  request_.headers = std::move(head.headers);
  request_.host = std::move(head.host);
  request_.remote_address = peer_;
  if (refusal) {
    Refuse(*refusal);
    return false;
  }
  owner_.proxies_.Apply(request_);
  match_ = owner_.chain_.Admit(request_);
  begun_ = steady_clock::now();
  close_ = head.close;
  continue_due_ = head.expect_continue && head.HasBody();
  if (match_.handler != nullptr && match_.options.max_body == 0 && head.HasBody()) {
    Refuse({400, "This request takes no body."});
    return false;
  }
  if (match_.handler == nullptr && head.HasBody()) {
    // The answer is known, so the body is not waited for.
    unread_input_ = true;
    Dispatch();
    return false;
  }
  body_.emplace(head, match_.options.max_body);
  return true;
}

void Connection::SendContinue() {
  continue_due_ = false;
  if (!request_.body.empty()) return;  // It did not wait for us.
  // A socket that does not take these few bytes belongs to a client that reads nothing; it runs
  // into the body's deadline.
  [[maybe_unused]] const ssize_t n =
      ::send(fd_.get(), kContinue.data(), kContinue.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool Connection::FitsBudget() {
  const std::size_t held = input_.size() + request_.body.size();
  return input_share_.Resize(held > kFreeBytes ? held - kFreeBytes : 0);
}

void Connection::Dispatch() {
  SetPhase(Phase::kServing);
  owner_.loop_.ClearDeadline(*this);
  body_.reset();
  if (!FitsBudget() || !owner_.pool_.TrySubmit([this] { Serve(); })) {
    unread_input_ = true;
    Refuse({503, ""});
  }
}

void Connection::Serve() {
  Response response = owner_.chain_.Run(request_, match_);
  const bool close = close_ || unread_input_ || owner_.draining_;
  answer_ = owner_.chain_.Finish(request_, std::move(response), close);
  const Outgoing::Progress progress = answer_.out.Send(fd_.get());
  owner_.chain_.Report(request_, answer_, begun_);
  owner_.loop_.Post([this, progress] { Answered(progress); });
}

void Connection::Refuse(const Refusal& refusal) {
  SetPhase(Phase::kServing);
  ++owner_.refused_;
  unread_input_ = true;
  if (request_.remote_address.empty()) request_.remote_address = peer_;
  answer_ = owner_.chain_.Refuse(request_, refusal);
  const Outgoing::Progress progress = answer_.out.Send(fd_.get());
  owner_.chain_.Report(request_, answer_, steady_clock::now());
  Answered(progress);
}

void Connection::Answered(Outgoing::Progress progress) {
  if (request_.method == "HEAD") AbandonStream();
  request_ = Request();
  match_ = Router::Match();
  if (progress == Outgoing::Progress::kFailed || aborted_) return Close();
  if (answer_.stream) return HandOff();
  if (progress == Outgoing::Progress::kDone) return AnswerOut();
  if (!output_share_.Resize(answer_.out.HeldBytes())) return Close();
  SetPhase(Phase::kWriting);
  ExpireIn(owner_.options_.write_timeout);  // Afresh with each progress.
  Await(EPOLLOUT);
}

void Connection::AnswerOut() {
  output_share_.Resize(0);
  const bool close = answer_.close;
  answer_ = Answer();
  if (close || (owner_.draining_ && input_.empty())) {
    // To close on bytes that nobody read resets the connection, answer and all.
    return unread_input_ || !input_.empty() ? Linger() : Close();
  }
  SetPhase(Phase::kIdle);
  ExpireIn(owner_.options_.idle_timeout);
  Advance();  // The next request may be here already.
}

void Connection::HandOff() {
  owner_.loop_.Forget(fd_.get(), *this);
  owner_.streams_.Adopt(std::move(fd_), std::move(answer_.out), std::move(answer_.stream));
  Close();
}

void Connection::Linger() {
  ::shutdown(fd_.get(), SHUT_WR);
  input_.clear();
  input_.shrink_to_fit();
  input_share_.Resize(0);
  SetPhase(Phase::kLingering);
  ExpireIn(kLingerTime);
  Await(EPOLLIN);
}

void Connection::Discard() {
  const ssize_t n = ::recv(fd_.get(), owner_.scratch_.data(), owner_.scratch_.size(), MSG_DONTWAIT);
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return Close();
  Await(EPOLLIN);
}

void Connection::CloseIfIdle() {
  if (phase_ != Phase::kIdle) return;
  // A request that has arrived but was not looked at yet is not idle.
  if (!Receive() || input_.empty()) return Close();
  Advance();
}

void Connection::Abort() {
  aborted_ = true;
  if (phase_ != Phase::kServing) return Close();
  ::shutdown(fd_.get(), SHUT_RDWR);
}

void Connection::AbandonStream() {
  if (answer_.stream) owner_.streams_.Abandon(std::exchange(answer_.stream, nullptr));
}

void Connection::Close() {
  AbandonStream();
  owner_.Close(*this);  // Ends this object.
}

}  // namespace heirloom::http
