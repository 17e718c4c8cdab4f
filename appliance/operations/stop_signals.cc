#include "appliance/operations/stop_signals.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>

#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"

namespace heirloom {
namespace {

constexpr int kSignalled = 128;  // Added to the number, as shells do.

// Libraries start threads while they are loaded, before anything here can block signals for them
// (OpenBLAS does). On such a thread a signal would end the process: it is blocked there from now
// on, and sent again.
void PassOn(int signal, siginfo_t* /*about*/, void* context) {
  sigaddset(&static_cast<ucontext_t*>(context)->uc_sigmask, signal);
  ::kill(::getpid(), signal);
}

http::UniqueFd TakeSignals() {
  sigset_t set;
  sigemptyset(&set);
  struct sigaction action {};
  action.sa_sigaction = &PassOn;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  for (const int signal : {SIGTERM, SIGINT}) {
    sigaddset(&set, signal);
    ::sigaction(signal, &action, nullptr);
  }
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
