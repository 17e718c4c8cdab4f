#pragma once

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

namespace heirloom::http {

struct ThreadPoolOptions {
  std::size_t min_threads = 4;
  std::size_t max_threads = 256;
  std::size_t max_queue = 1024;
  std::chrono::milliseconds idle{10'000};  // A thread over min_threads ends after this long.
};

// Runs tasks on as many threads as are needed between two bounds. Each has 8 MiB of stack, set and
// not inherited: what libc or a ulimit would give may be too small for recursive parsers.
// Tasks must not throw. Thread-safe.
class ThreadPool {
 public:
  using Task = std::function<void()>;

  explicit ThreadPool(ThreadPoolOptions options) : options_(options) {}
  ~ThreadPool() { Shutdown(); }

  // False when the queue is full, no thread can be had or the pool is shut down; `task` did not
  // run then and never will.
  [[nodiscard]] bool TrySubmit(Task task);

  // Runs what is queued, then ends all threads and waits for them. Idempotent.
  void Shutdown();

  std::size_t threads() const;
  std::size_t queued() const;

 private:
  static void* Enter(void* self);
  void Run();
  bool StartThread();  // With mutex_ held.

  const ThreadPoolOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_signal_;
  std::deque<Task> queue_;
  std::vector<pthread_t> ended_;  // Not joined yet.
  std::size_t threads_ = 0;
  std::size_t waiting_ = 0;
  bool stopping_ = false;
};

}  // namespace heirloom::http
