#include "appliance/cli/progress_display.h"

#include <optional>
#include <string>

#include "appliance/base/json.h"

namespace heirloom::cli {
namespace {

std::string LineOf(std::string_view what, std::int64_t done, std::int64_t total) {
  JsonWriter json;
  json.BeginObject().Key("progress").BeginObject().Member("what", what);
  json.Member("done", done).Member("total", total).EndObject().EndObject();
  return json.Take();
}

}  // namespace

void ProgressDisplay::Show(std::string_view what, std::int64_t done, std::int64_t total) {
  const std::lock_guard lock(mutex_);
  if (!bar_.Due()) return;
  if (!bar_.terminal()) return bar_.WriteLine(LineOf(what, done, total));
  if (total <= 0) return bar_.Draw(std::nullopt, what);
  bar_.Draw(static_cast<double>(done) / static_cast<double>(total),
            std::string(what) + " " + std::to_string(done) + " of " + std::to_string(total));
}

void ProgressDisplay::End() {
  const std::lock_guard lock(mutex_);
  bar_.Clear();
}

}  // namespace heirloom::cli
