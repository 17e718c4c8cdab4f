#include "appliance/http/thread_pool.h"

#include <utility>

#include "appliance/base/thread_name.h"

namespace heirloom::http {
namespace {

constexpr std::size_t kStackBytes = 8u << 20;

void JoinAll(const std::vector<pthread_t>& threads) {
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
}

}  // namespace

bool ThreadPool::TrySubmit(Task task) {
  std::vector<pthread_t> ended;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= options_.max_queue) return false;
    // Threads that wait may each have been woken for a task that is still queued.
    if (waiting_ <= queue_.size() && threads_ < options_.max_threads && !StartThread() &&
        threads_ == 0) {
      return false;
    }
    queue_.push_back(std::move(task));
    ended.swap(ended_);
  }
  wake_.notify_one();
  JoinAll(ended);  // They have ended, or are about to: no wait worth the name.
  return true;
}

bool ThreadPool::StartThread() {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_t thread;
  const bool started = pthread_attr_setstacksize(&attributes, kStackBytes) == 0 &&
                       pthread_create(&thread, &attributes, &ThreadPool::Enter, this) == 0;
  pthread_attr_destroy(&attributes);
  if (started) ++threads_;
  return started;
}

void* ThreadPool::Enter(void* self) {
  NameThisThread("http-worker");
  static_cast<ThreadPool*>(self)->Run();
  return nullptr;
}

void ThreadPool::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++waiting_;
    const bool woken =
        wake_.wait_for(lock, options_.idle, [&] { return stopping_ || !queue_.empty(); });
    --waiting_;
    if (!queue_.empty()) {
      Task task = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      task();
      task = nullptr;  // What it holds ends outside the lock.
      lock.lock();
    } else if (stopping_ || (!woken && threads_ > options_.min_threads)) {
      --threads_;
      ended_.push_back(pthread_self());
      ended_signal_.notify_all();
      return;
    }
  }
}

void ThreadPool::Shutdown() {
  std::vector<pthread_t> ended;
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
    ended_signal_.wait(lock, [&] { return threads_ == 0; });
    ended.swap(ended_);
  }
  JoinAll(ended);
}

std::size_t ThreadPool::threads() const {
  const std::lock_guard lock(mutex_);
  return threads_;
}

std::size_t ThreadPool::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

}  // namespace heirloom::http
