#include "appliance/http/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "appliance/base/log.h"

namespace heirloom::http {

Status EventLoop::Open() {
  epoll_ = UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
  wakeup_ = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;  // Stands for the wake-up; watchers are never null.
  if (!epoll_ || !wakeup_ || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wakeup_.get(), &event) != 0) {
    return Fail(ErrorCode::kUnavailable, std::string("epoll: ") + std::strerror(errno));
  }
  return {};
}

void EventLoop::Run() {
  std::array<epoll_event, 256> events;
  while (!stopping_) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                   WaitMilliseconds());
    if (count < 0 && errno != EINTR) Panic(std::string("epoll_wait: ") + std::strerror(errno));
    for (int i = 0; i < count; ++i) {
      if (auto* watcher = static_cast<Watcher*>(events[i].data.ptr)) {
        watcher->OnReady(events[i].events);
      } else {
        std::uint64_t wakeups = 0;
        [[maybe_unused]] const auto n = ::read(wakeup_.get(), &wakeups, sizeof(wakeups));
      }
    }
    RunPosted();
    RunDeadlines();
  }
}

void EventLoop::Stop() {
  stopping_ = true;
  Post([] {});
}

void EventLoop::Post(std::function<void()> call) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(call));
  }
  if (!first) return;  // Whoever was first has woken the loop, and it takes all at once.
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = ::write(wakeup_.get(), &one, sizeof(one));
}

bool EventLoop::Watch(int fd, std::uint32_t events, Watcher& watcher) {
  epoll_event event{};
  event.events = events | EPOLLONESHOT;
  event.data.ptr = &watcher;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void EventLoop::Rearm(int fd, std::uint32_t events, Watcher& watcher) {
  epoll_event event{};
  event.events = events | EPOLLONESHOT;
  event.data.ptr = &watcher;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void EventLoop::Forget(int fd, Watcher& watcher) {
  ClearDeadline(watcher);
  if (fd >= 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void EventLoop::SetDeadline(Watcher& watcher, SteadyTime when) {
  if (watcher.deadline_ == when) return;
  if (watcher.deadline_ != SteadyTime::max()) deadlines_.erase({watcher.deadline_, &watcher});
  watcher.deadline_ = when;
  if (when != SteadyTime::max()) deadlines_.insert({when, &watcher});
}

int EventLoop::WaitMilliseconds() const {
  if (deadlines_.empty()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadlines_.begin()->first -
                                                                 std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

void EventLoop::RunPosted() {
  std::vector<std::function<void()>> calls;
  {
    const std::lock_guard lock(mutex_);
    calls.swap(posted_);
  }
  for (const auto& call : calls) call();
}

void EventLoop::RunDeadlines() {
  const SteadyTime now = std::chrono::steady_clock::now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    Watcher& watcher = *deadlines_.begin()->second;
    ClearDeadline(watcher);
    watcher.OnDeadline();
  }
}

}  // namespace heirloom::http
