#include "appliance/cli/import_progress.h"

#include <string>

#include "appliance/base/json.h"

namespace heirloom::cli {
namespace {

std::string LineOf(const ImportReport& report, std::size_t read, std::optional<double> fraction) {
  JsonWriter json;
  json.BeginObject().Key("progress").BeginObject();
  json.Member("read", static_cast<std::int64_t>(read));
  json.Member("created", static_cast<std::int64_t>(report.created()));
  json.Member("updated", static_cast<std::int64_t>(report.updated()));
  json.Member("unchanged", static_cast<std::int64_t>(report.unchanged()));
  json.Member("skipped", static_cast<std::int64_t>(report.skipped()));
  if (fraction) json.Member("percent", static_cast<std::int64_t>(*fraction * 100));
  json.EndObject().EndObject();
  return json.Take();
}

}  // namespace

void ImportProgress::Show(const ImportReport& report, std::size_t read,
                          std::optional<double> fraction) {
  if (!bar_.Due()) return;
  if (!bar_.terminal()) return bar_.WriteLine(LineOf(report, read, fraction));
  bar_.Draw(fraction, report.Counts());
}

void ImportProgress::ShowRetry(const RetryingSender::Retry& retry) {
  if (bar_.terminal()) return bar_.Say("heirloom: " + retry.reason + "; trying again");
  JsonWriter json;
  json.BeginObject().Key("retry").BeginObject();
  json.Member("try", static_cast<std::int64_t>(retry.next_try));
  json.Member("pause_ms", static_cast<std::int64_t>(retry.pause.count()));
  json.Member("reason", retry.reason).EndObject().EndObject();
  bar_.WriteLine(json.Take());
}

}  // namespace heirloom::cli
