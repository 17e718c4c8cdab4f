#include "appliance/cli/import_progress.h"

#include <algorithm>
#include <string>

#include "appliance/base/json.h"

namespace heirloom::cli {
namespace {

constexpr Time kBarEvery{100'000};
constexpr Time kLineEvery = Time::FromSeconds(2);
constexpr int kBarWidth = 24;
constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

void ImportProgress::Show(const ImportReport& report, std::size_t read,
                          std::optional<double> fraction) {
  const Time now = clock_.Now();
  // A clock that was set back counts as due.
  const bool due = now - shown_ >= (terminal_ ? kBarEvery : kLineEvery) || now < shown_;
  if (!due) return;
  shown_ = now;
  terminal_ ? DrawBar(report, fraction) : WriteLine(report, read, fraction);
}

void ImportProgress::DrawBar(const ImportReport& report, std::optional<double> fraction) {
  std::string bar;
  if (fraction) {
    const int filled = std::clamp(static_cast<int>(*fraction * kBarWidth), 0, kBarWidth);
    bar = "[" + std::string(static_cast<std::size_t>(filled), '#') +
          std::string(static_cast<std::size_t>(kBarWidth - filled), '.') + "] " +
          std::to_string(static_cast<int>(*fraction * 100)) + "%  ";
  }
  err_ << kClearLine << bar << report.Counts() << std::flush;
  drawn_ = true;
}

void ImportProgress::WriteLine(const ImportReport& report, std::size_t read,
                               std::optional<double> fraction) {
  JsonWriter json;
  json.BeginObject().Key("progress").BeginObject();
  json.Member("read", static_cast<std::int64_t>(read));
  json.Member("created", static_cast<std::int64_t>(report.created()));
  json.Member("updated", static_cast<std::int64_t>(report.updated()));
  json.Member("unchanged", static_cast<std::int64_t>(report.unchanged()));
  json.Member("skipped", static_cast<std::int64_t>(report.skipped()));
  if (fraction) json.Member("percent", static_cast<std::int64_t>(*fraction * 100));
  json.EndObject().EndObject();
  err_ << json.Take() << std::endl;
}

void ImportProgress::ShowRetry(const RetryingSender::Retry& retry) {
  if (terminal_) {
    End();
    err_ << "heirloom: " << retry.reason << "; trying again\n" << std::flush;
    return;
  }
  JsonWriter json;
  json.BeginObject().Key("retry").BeginObject();
  json.Member("try", static_cast<std::int64_t>(retry.next_try));
  json.Member("pause_ms", static_cast<std::int64_t>(retry.pause.count()));
  json.Member("reason", retry.reason).EndObject().EndObject();
  err_ << json.Take() << std::endl;
}

void ImportProgress::End() {
  if (drawn_) err_ << kClearLine << std::flush;
  drawn_ = false;
}

}  // namespace heirloom::cli
