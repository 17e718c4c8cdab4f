#pragma once

#include <optional>
#include <string>

#include "appliance/http/body_reader.h"
#include "appliance/http/connection_loop.h"

namespace heirloom::http {

// One client's connection, as a state machine on the loop's thread. Refuse, Dispatch, Answered and
// Close may end the object or hand it to another thread: nothing of it is touched after them.
class Connection final : public Watcher {
 public:
  Connection(ConnectionLoop& owner, UniqueFd fd, std::string peer);
  ~Connection() override;

  bool Start();  // False when the loop cannot watch it.
  void OnReady(std::uint32_t events) override;
  void OnDeadline() override;

  void CloseIfIdle();
  void Abort();  // Now, or as soon as its thread is done.

 private:
  enum class Phase { kIdle, kHead, kBody, kServing, kWriting, kLingering };

  void SetPhase(Phase phase);
  void Await(std::uint32_t events);
  void ExpireIn(std::chrono::milliseconds span);

  bool Receive();
  void Advance();
  bool AdvanceHead();
  bool AdvanceBody();
  bool BeginRequest(std::string_view head_text);
  void SendContinue();
  bool FitsBudget();

  void Dispatch();
  void Serve();  // On a pool thread.
  void Refuse(const Refusal& refusal);
  void Answered(Outgoing::Progress progress);
  void AnswerOut();
  void HandOff();
  void AbandonStream();
  void Linger();
  void Discard();
  void Close();

  ConnectionLoop& owner_;
  UniqueFd fd_;
  const std::string peer_;
  Phase phase_ = Phase::kServing;  // Until Start.
  bool peer_done_ = false;         // It has closed its sending side.
  bool aborted_ = false;

  std::string input_;
  BudgetShare input_share_;
  HeadScanner scanner_;
  std::optional<BodyReader> body_;
  bool continue_due_ = false;

  Request request_;
  Router::Match match_;
  bool close_ = false;         // After the answer.
  bool unread_input_ = false;  // The message was not read to its end.
  SteadyTime begun_;

  Answer answer_;
  BudgetShare output_share_;
};

}  // namespace heirloom::http
