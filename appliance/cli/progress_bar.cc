#include "appliance/cli/progress_bar.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace heirloom::cli {
namespace {

constexpr Time kBarEvery{150'000};
constexpr Time kLineEvery = Time::FromSeconds(2);
constexpr double kBarWidth = 24;
constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

bool ProgressBar::Due() {
  const Time now = clock_.Now();
  // A clock that was set back counts as due.
  const bool due = now - shown_ >= (terminal_ ? kBarEvery : kLineEvery) || now < shown_;
  if (due) shown_ = now;
  return due;
}

void ProgressBar::Draw(std::optional<double> fraction, std::string_view text) {
  err_ << kClearLine;
  if (fraction) {
    const double part = std::clamp(*fraction, 0.0, 1.0);
    const auto filled = static_cast<std::size_t>(part * kBarWidth);
    err_ << '[' << std::string(filled, '#')
         << std::string(static_cast<std::size_t>(kBarWidth) - filled, '.') << "] "
         << static_cast<int>(part * 100) << "%  ";
  }
  err_ << text << std::flush;
  drawn_ = true;
}

void ProgressBar::Say(std::string_view line) {
  Clear();
  err_ << line << '\n' << std::flush;
}

void ProgressBar::Clear() {
  if (std::exchange(drawn_, false)) err_ << kClearLine << std::flush;
}

}  // namespace heirloom::cli
