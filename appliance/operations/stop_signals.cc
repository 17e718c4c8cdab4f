#include "appliance/operations/stop_signals.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>

#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"

namespace heirloom {
namespace {

constexpr int kSignalled = 128;  // Added to the number, as shells do.

http::UniqueFd TakeSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return http::UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC));
}

}  // namespace

StopSignals::StopSignals() : signals_(TakeSignals()), end_(::eventfd(0, EFD_CLOEXEC)) {
  if (!signals_ || !end_) Panic("signals cannot be received");
  thread_ = std::jthread([this] { Watch(); });
}

StopSignals::~StopSignals() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(end_.get(), &one, sizeof(one));
}

void StopSignals::Wait() { asked_.get_future().wait(); }

void StopSignals::Watch() {
  NameThisThread("signals");
  for (bool asked = false;;) {
    std::array<pollfd, 2> watched = {pollfd{signals_.get(), POLLIN, 0},
                                     pollfd{end_.get(), POLLIN, 0}};
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    if (watched[1].revents != 0) return;
    signalfd_siginfo signal{};
    if (::read(signals_.get(), &signal, sizeof(signal)) != sizeof(signal)) continue;
    if (asked) ::_exit(kSignalled + static_cast<int>(signal.ssi_signo));
    asked = true;
    asked_.set_value();
  }
}

}  // namespace heirloom
