#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "appliance/base/result.h"

namespace heirloom {

// Argon2id (RFC 9106) by libsodium. Cost is memory and time on purpose, so it has a small pool of
// its own: a hundred people who sign in at once queue here and nowhere else, and memory stays
// threads × memory_bytes.
struct PasswordHasherOptions {
  std::size_t threads = 2;
  std::size_t max_queue = 64;            // Beyond: kUnavailable at once.
  std::uint64_t passes = 3;              // RFC 9106's second recommended option,
  std::size_t memory_bytes = 64u << 20;  // t = 3 and 64 MiB.
};

// Thread-safe. Calls block until their turn is done.
class PasswordHasher {
 public:
  explicit PasswordHasher(PasswordHasherOptions options);
  ~PasswordHasher();

  // The encoded hash, with its salt and cost in it.
  Result<std::string> Hash(std::string_view password);
  // Whether `password` made `hash`.
  Result<bool> Verify(std::string_view hash, std::string_view password);

 private:
  struct Job;
  Status RunInPool(const std::function<void()>& work);
  void Work(const std::stop_token& stop);

  const PasswordHasherOptions options_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Job*> queue_;
  std::vector<std::jthread> threads_;  // Last: joins before what they use goes.
};

}  // namespace heirloom
