#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "appliance/base/result.h"
#include "appliance/http/unique_fd.h"

namespace heirloom::http {

using SteadyTime = std::chrono::steady_clock::time_point;

// Something with a descriptor or a deadline that an EventLoop tells of both. All calls come from
// the loop's thread.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void OnReady(std::uint32_t events) = 0;  // EPOLL* bits.
  virtual void OnDeadline() {}

 private:
  friend class EventLoop;
  SteadyTime deadline_ = SteadyTime::max();
};

// One epoll with its deadlines and a queue of calls from other threads. Costs nothing while
// nothing happens. Only Post and Stop may be called from any thread; the rest is for the thread
// that runs Run, or before it starts. A watcher may be destroyed, after Forget, by itself, by a
// posted call or by a deadline, but never by another watcher's OnReady.
class EventLoop {
 public:
  Status Open();  // kUnavailable when the system is out of descriptors.
  void Run();     // Until Stop.
  void Stop();
  // Calls are run in order. Those posted after the loop ended are dropped with it.
  void Post(std::function<void()> call);

  // Reports each event once and then nothing until Rearm (EPOLLONESHOT).
  bool Watch(int fd, std::uint32_t events, Watcher& watcher);
  void Rearm(int fd, std::uint32_t events, Watcher& watcher);
  void Forget(int fd, Watcher& watcher);  // Its deadline, too.

  void SetDeadline(Watcher& watcher, SteadyTime when);  // In place of the one it had.
  void ClearDeadline(Watcher& watcher) { SetDeadline(watcher, SteadyTime::max()); }

 private:
  int WaitMilliseconds() const;
  void RunPosted();
  void RunDeadlines();

  UniqueFd epoll_;
  UniqueFd wakeup_;
  std::atomic<bool> stopping_{false};
  std::set<std::pair<SteadyTime, Watcher*>> deadlines_;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
};

}  // namespace heirloom::http
