#include "storage/postgres/listener.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"
#include "storage/postgres/transaction.h"

namespace heirloom::postgres {
namespace {

constexpr int kLookEveryMilliseconds = 1'000;
constexpr std::chrono::milliseconds kAnswerWithin{5'000};

}  // namespace

Listener::Listener(Address address, std::int64_t head)
    : address_(std::move(address)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), told_(head) {
  if (wake_ < 0) Panic("eventfd");
}

Listener::~Listener() {
  if (thread_.joinable()) {
    thread_.request_stop();
    const std::uint64_t one = 1;
    if (::write(wake_, &one, sizeof one) < 0) LogWarn("the database's listener is woken late");
    thread_.join();
  }
  ::close(wake_);
}

CommitHooks::Subscription Listener::Add(CommitHooks::Hook hook) {
  CommitHooks::Subscription kept = hooks_.Add(std::move(hook));
  const std::lock_guard lock(mutex_);
  if (thread_.joinable()) return kept;
  thread_ = std::jthread([this](const std::stop_token& stop) { Loop(stop); });
  return kept;
}

void Listener::Loop(const std::stop_token& stop) {
  NameThisThread("pg-listener");
  bool heard = true;
  while (!stop.stop_requested()) {
    auto opened = Connection::Open(address_, kAnswerWithin);
    if (opened) {
      if (!heard) LogInfo("the database's commits are heard again");
      heard = true;
      Listen(**opened, stop);
    } else if (std::exchange(heard, false)) {
      LogWarn("the database's commits cannot be heard", {{"why", opened.error().message}});
    }
    if (!stop.stop_requested()) Wait(-1);
  }
}

void Listener::Listen(Connection& connection, const std::stop_token& stop) {
  connection.LimitTime(kAnswerWithin);
  Status good = connection.Run("LISTEN " HEIRLOOM_OUTBOX_CHANNEL);
  while (good && !stop.stop_requested()) {
    // First: what was committed before it listened is told now.
    good = Look(connection);
    if (!good || stop.stop_requested()) break;
    Wait(connection.socket());
    connection.TakeNotifications();
    if (connection.IsLost()) break;
  }
}

Status Listener::Look(Connection& connection) {
  connection.LimitTime(kAnswerWithin);
  const Result<Position> head = ReadHead(connection);
  if (!head) return ErrorOf(head);
  if (head->sequence != told_) {
    told_ = head->sequence;
    hooks_.Tell(told_);
  }
  return {};
}

// For a notification, a second, or the end.
void Listener::Wait(int socket) {
  std::array<pollfd, 2> ends = {pollfd{wake_, POLLIN, 0}, pollfd{socket, POLLIN, 0}};
  if (::poll(ends.data(), socket < 0 ? 1 : 2, kLookEveryMilliseconds) < 0) {
    LogWarn("the database's listener could not wait");
  }
}

}  // namespace heirloom::postgres
