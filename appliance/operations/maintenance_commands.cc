#include "appliance/operations/maintenance_commands.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "appliance/base/fields.h"

namespace heirloom {
namespace {

Result<std::string> BackUp(const Json& args, DatabaseMaintenance& maintenance, Progress& progress) {
  FieldReader fields(args);
  const std::filesystem::path out =
      fields.RequiredText("out", {.min = 1, .max = 4096, .single_line = false});
  if (out.is_relative()) fields.Add("out", "must be an absolute path");
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  const Result<Position> position = maintenance.BackUp(out, progress);
  if (!position) return ErrorOf(position);
  std::error_code failed;
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(out, failed));
  JsonWriter json;
  json.BeginObject().Member("file", out.string()).Member("bytes", failed ? 0 : bytes);
  return json.Member("position", ToString(*position)).EndObject().Take();
}

std::string_view NameOf(Finding::Severity severity) {
  switch (severity) {
    case Finding::Severity::kNote:
      return "note";
    case Finding::Severity::kWarning:
      return "warning";
    case Finding::Severity::kError:
      break;
  }
  return "error";
}

std::string WriteExamination(const Examination& examination) {
  const auto count = [&](Finding::Severity severity) {
    return static_cast<std::int64_t>(examination.findings.Count(severity));
  };
  JsonWriter json;
  json.BeginObject().Key("findings").BeginArray();
  for (const Finding& finding : examination.findings.list()) {
    json.BeginObject().Member("severity", NameOf(finding.severity));
    json.Member("check", finding.check).Member("what", finding.what);
    json.Member("mend", finding.mend).EndObject();
  }
  json.EndArray();
  json.Member("errors", count(Finding::Severity::kError));
  json.Member("warnings", count(Finding::Severity::kWarning));
  json.Member("notes", count(Finding::Severity::kNote)).Key("examined").BeginObject();
  json.Member("events", examination.events).Member("revisions", examination.revisions);
  json.Member("documents", examination.documents).Member("blobs", examination.blobs);
  return json.EndObject().EndObject().Take();
}

}  // namespace

void AddMaintenanceCommands(Commands& commands, DatabaseMaintenance& maintenance, Examine examine) {
  commands.Add("backup", [&maintenance](const Json& args, Progress& progress) {
    return BackUp(args, maintenance, progress);
  });
  commands.Add(
      "doctor",
      [examine = std::move(examine)](const Json&, Progress& progress) -> Result<std::string> {
        const Result<Examination> examination = examine(progress);
        if (!examination) return ErrorOf(examination);
        return WriteExamination(*examination);
      });
}

}  // namespace heirloom
