#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/sns_sqs/queue.h"

namespace heirloom::sns_sqs {

// The dead letters of one consumer, which lie in a queue of their own. They are looked at by
// receiving them and giving them back.
class DeadQueue {
 public:
  DeadQueue(Queue& dead, std::string consumer) : dead_(dead), consumer_(std::move(consumer)) {}

  // By sequence, each once; at most kMaxDeadLetters.
  Result<std::vector<DeadLetter>> List() const;
  // Gives it to `alive` again and takes it out. kNotFound when there is none, or it is not
  // `tenant_id`'s.
  Status Redrive(const std::string& id, const std::optional<std::string>& tenant_id,
                 Queue& alive) const;

 private:
  struct Held {
    DeadLetter letter;
    std::string body;
    std::string receipt;
  };
  Result<std::vector<Held>> Take(std::vector<std::string>& others) const;

  Queue& dead_;
  const std::string consumer_;
};

}  // namespace heirloom::sns_sqs
