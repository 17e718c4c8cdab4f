#include "appliance/cli/password_input.h"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>

namespace heirloom::cli {
namespace {

std::string WithoutEnd(std::string line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  return line;
}

auto NoPassword() {
  return Fail(ErrorCode::kInvalidArgument, "no password came on standard input");
}

// Keeps the terminal from showing what is typed. A signal that ends us meanwhile must not leave it
// so: it only interrupts the wait, and is raised again once the terminal is as it was.
class HiddenInput {
 public:
  HiddenInput() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    sigset_t held;
    sigemptyset(&held);
    for (const int number : kSignals) sigaddset(&held, number);
    ::sigprocmask(SIG_BLOCK, &held, &mask_);  // They come while ReadLine waits, and only then.
    struct sigaction interrupt {};
    interrupt.sa_handler = [](int number) { signalled = number; };
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      ::sigaction(kSignals[i], &interrupt, &handlers_[i]);
    }
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    hidden.c_lflag |= ECHONL;
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0;
  }
  ~HiddenInput() {
    if (!changed_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      ::sigaction(kSignals[i], &handlers_[i], nullptr);
    }
    ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
    if (signalled != 0) ::raise(signalled);
  }
  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;

  bool hidden() const { return changed_; }

  // A terminal gives a whole line at once. A signal that comes just before the wait goes to another
  // thread, such as a library's, and interrupts nothing: hence the look every moment.
  Result<std::string> ReadLine() const {
    constexpr timespec kMoment{.tv_sec = 0, .tv_nsec = 200'000'000};
    pollfd input{STDIN_FILENO, POLLIN, 0};
    std::array<char, 4096> line{};
    int ready = 0;
    while (ready == 0) {
      if (signalled != 0) return NoPassword();
      ready = ::ppoll(&input, 1, &kMoment, &mask_);
    }
    if (ready < 0) return NoPassword();
    const ssize_t size = ::read(STDIN_FILENO, line.data(), line.size());
    if (size <= 0) return NoPassword();
    return WithoutEnd(std::string(line.data(), static_cast<std::size_t>(size)));
  }

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  static inline volatile std::sig_atomic_t signalled = 0;

  termios before_{};
  sigset_t mask_{};
  std::array<struct sigaction, kSignals.size()> handlers_{};
  bool changed_ = false;
};

Result<std::string> Ask(const char* prompt) {
  const HiddenInput input;
  if (!input.hidden()) {
    return Fail(ErrorCode::kUnavailable, "the terminal cannot be kept from showing the password");
  }
  std::fputs(prompt, stderr);
  return input.ReadLine();
}

Result<std::string> ReadPipedLine() {
  std::array<char, 4096> buffer{};
  if (!std::fgets(buffer.data(), buffer.size(), stdin)) return NoPassword();
  return WithoutEnd(buffer.data());
}

}  // namespace

Result<std::string> ReadPassword() {
  if (::isatty(STDIN_FILENO) != 1) return ReadPipedLine();
  Result<std::string> password = Ask("Password: ");
  if (!password) return password;
  const Result<std::string> again = Ask("Again: ");
  if (!again) return ErrorOf(again);
  if (*again != *password) {
    return Fail(ErrorCode::kInvalidArgument, "the two passwords are not the same");
  }
  return password;
}

}  // namespace heirloom::cli
