#include "appliance/wiring/verification.h"

#include "appliance/base/fields.h"
#include "appliance/base/log.h"

namespace heirloom {

Result<bool> ReadVerify(const Json& args) {
  FieldReader fields(args);
  const Json given = fields.Any("verify");
  const bool verify = given.kind() == Json::Kind::kBool && given.AsBool();
  if (given && given.kind() != Json::Kind::kBool) fields.Add("verify", "must be true or false");
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  return verify;
}

Status WriteComparison(JsonWriter& json, const Comparison& compare, Progress& progress) {
  Findings findings;
  const auto items = compare(findings, progress);
  if (!items) return ErrorOf(items);
  for (const Finding& finding : findings.list()) LogWarn(finding.what);
  const std::size_t differences =
      findings.Count(Finding::Severity::kWarning) + findings.Count(Finding::Severity::kError);
  json.Member("items", *items).Member("differences", static_cast<std::int64_t>(differences));
  return {};
}

}  // namespace heirloom
