#include "appliance/identity/password_hasher.h"

#include <sodium.h>

#include <array>
#include <future>

#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"

namespace heirloom {

struct PasswordHasher::Job {
  const std::function<void()>* work;
  std::promise<void> done;
};

PasswordHasher::PasswordHasher(PasswordHasherOptions options) : options_(options) {
  if (sodium_init() < 0) Panic("libsodium cannot start");
  for (std::size_t i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) {
      NameThisThread("passwords");
      Work(stop);
    });
  }
}

PasswordHasher::~PasswordHasher() {
  for (std::jthread& thread : threads_) thread.request_stop();
}

Result<std::string> PasswordHasher::Hash(std::string_view password) {
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  bool made = false;
  const Status ran = RunInPool([&] {
    made = crypto_pwhash_argon2id_str(hash.data(), password.data(), password.size(),
                                      options_.passes, options_.memory_bytes) == 0;
  });
  if (!ran) return ErrorOf(ran);
  if (!made) return Fail(ErrorCode::kUnavailable, "not enough memory to hash a password");
  return std::string(hash.data());
}

Result<bool> PasswordHasher::Verify(std::string_view hash, std::string_view password) {
  const std::string terminated(hash);
  bool matches = false;
  const Status ran = RunInPool([&] {
    matches = crypto_pwhash_str_verify(terminated.c_str(), password.data(), password.size()) == 0;
  });
  if (!ran) return ErrorOf(ran);
  return matches;
}

Status PasswordHasher::RunInPool(const std::function<void()>& work) {
  Job job{&work, {}};
  std::future<void> done = job.done.get_future();
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= options_.max_queue) {
      return Fail(ErrorCode::kUnavailable, "too many people sign in at this moment");
    }
    queue_.push_back(&job);
  }
  wake_.notify_one();
  // Bounded: at most max_queue jobs of fixed cost stand before this one, and workers empty the
  // queue before they end.
  done.wait();
  return {};
}

void PasswordHasher::Work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (wake_.wait(lock, stop, [this] { return !queue_.empty(); }) || !queue_.empty()) {
    Job* job = queue_.front();
    queue_.pop_front();
    lock.unlock();
    (*job->work)();
    job->done.set_value();
    lock.lock();
  }
}

}  // namespace heirloom
