#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace heirloom::http {

// The bytes of one answer on their way out: a head, then a body that is shared and never copied.
class Outgoing {
 public:
  enum class Progress { kDone, kBlocked, kFailed };

  Outgoing() = default;
  Outgoing(std::string head, std::shared_ptr<const std::string> body)
      : head_(std::move(head)), body_(std::move(body)) {}

  // Sends what the socket takes without waiting.
  Progress Send(int fd);

  const std::string& head() const { return head_; }
  std::size_t size() const { return head_.size() + (body_ ? body_->size() : 0); }
  // What is held in memory for this answer alone; a body that others share is not.
  std::size_t HeldBytes() const {
    return head_.size() + (body_ && body_.use_count() == 1 ? body_->size() : 0);
  }

 private:
  std::string head_;
  std::shared_ptr<const std::string> body_;
  std::size_t sent_ = 0;
};

}  // namespace heirloom::http
