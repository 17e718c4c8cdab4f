#include "appliance/cli/progress_display.h"

#include <algorithm>
#include <string>

#include "appliance/base/json.h"

namespace heirloom::cli {
namespace {

constexpr Time kBarEvery{200'000};
constexpr Time kLineEvery = Time::FromSeconds(2);
constexpr std::int64_t kBarWidth = 24;
constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

void ProgressDisplay::Show(std::string_view what, std::int64_t done, std::int64_t total) {
  const std::lock_guard lock(mutex_);
  const Time now = clock_.Now();
  // A clock that was set back counts as due.
  const bool due = now - shown_ >= (terminal_ ? kBarEvery : kLineEvery) || now < shown_;
  if (!due) return;
  shown_ = now;
  terminal_ ? DrawBar(what, done, total) : WriteLine(what, done, total);
}

void ProgressDisplay::DrawBar(std::string_view what, std::int64_t done, std::int64_t total) {
  std::string bar;
  if (total > 0) {
    const std::int64_t part = std::clamp(done, std::int64_t{0}, total);
    const auto filled = static_cast<std::size_t>(kBarWidth * part / total);
    bar = "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] " +
          std::to_string(100 * part / total) + "%  ";
  }
  err_ << kClearLine << bar << what;
  if (total > 0) err_ << " " << done << " of " << total;
  err_ << std::flush;
  drawn_ = true;
}

void ProgressDisplay::WriteLine(std::string_view what, std::int64_t done, std::int64_t total) {
  JsonWriter json;
  json.BeginObject().Key("progress").BeginObject().Member("what", what);
  json.Member("done", done).Member("total", total).EndObject().EndObject();
  err_ << json.Take() << std::endl;
}

void ProgressDisplay::End() {
  const std::lock_guard lock(mutex_);
  if (drawn_) err_ << kClearLine << std::flush;
  drawn_ = false;
}

}  // namespace heirloom::cli
