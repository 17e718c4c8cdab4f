#include "appliance/domain/cloud_event.h"

#include <optional>
#include <utility>

#include "appliance/base/json.h"
#include "appliance/domain/rfc3339.h"

namespace heirloom {
namespace {

constexpr std::size_t kMaxType = 64;
constexpr std::size_t kMaxTenant = 64;

tl::unexpected<Error> Wrong(const char* what) {
  return Fail(ErrorCode::kMalformed, std::string("an event's envelope: ") + what);
}

std::string_view TextAt(const Json& object, std::string_view key) {
  const Json member = object.Get(key);
  return member.IsString() ? member.AsString() : std::string_view();
}

}  // namespace

std::string WriteCloudEvent(const CloudEvent& event) {
  JsonWriter json;
  json.BeginObject().Member("specversion", "1.0").Member("id", ToString(event.position));
  json.Member("source", "urn:heirloom").Member("type", event.event.type);
  json.Member("subject", event.event.subject).Member("time", ToRfc3339(event.time));
  json.Member("datacontenttype", "application/json");
  json.Key("data").BeginObject().Member("id", event.event.subject).Key("legacy_id");
  if (event.event.legacy_id.empty()) {
    json.Null();
  } else {
    json.String(event.event.legacy_id);
  }
  json.Member("version", event.event.version).Member("tenant_id", event.event.tenant_id);
  return json.EndObject().EndObject().Take();
}

Result<CloudEvent> ReadCloudEvent(std::string_view text) {
  const auto json = Json::Parse(text, {.max_bytes = 64u << 10, .max_depth = 8});
  if (!json) return ErrorOf(json);
  if (!json->IsObject()) return Wrong("is no object");
  if (TextAt(*json, "specversion") != "1.0") return Wrong("specversion is not 1.0");
  auto position = ParsePosition(TextAt(*json, "id"));
  if (!position || position->sequence < 1) return Wrong("id is no position");
  const auto time = ParseRfc3339(TextAt(*json, "time"));
  if (!time) return Wrong("time is no instant as written here");

  const Json data = json->Get("data");
  if (!data.IsObject()) return Wrong("data is no object");
  CloudEvent event{std::move(*position), {}, *time};
  event.event.type = TextAt(*json, "type");
  event.event.subject = TextAt(*json, "subject");
  event.event.tenant_id = TextAt(data, "tenant_id");
  event.event.legacy_id = TextAt(data, "legacy_id");
  if (event.event.type.empty() || event.event.type.size() > kMaxType) return Wrong("type");
  if (event.event.subject.empty()) return Wrong("subject is missing");
  if (event.event.tenant_id.empty() || event.event.tenant_id.size() > kMaxTenant) {
    return Wrong("data.tenant_id");
  }
  const Json version = data.Get("version");
  if (version.kind() != Json::Kind::kInteger || version.AsInteger() < 0) {
    return Wrong("data.version");
  }
  event.event.version = version.AsInteger();
  return event;
}

}  // namespace heirloom
