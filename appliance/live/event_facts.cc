#include "appliance/live/event_facts.h"

#include <set>

#include "appliance/base/json.h"
#include "appliance/http/sse.h"
#include "appliance/live/live_repository.h"

namespace heirloom {
namespace {

using IdsByTenant = std::map<std::string, std::set<Id>>;

// Puts what `read` gives for each tenant's ids into `to`.
template <typename Facts, typename ReadThem>
Status Collect(const IdsByTenant& wanted, std::map<std::pair<std::string, Id>, Facts>& to,
               const ReadThem& read) {
  for (const auto& [tenant, ids] : wanted) {
    auto found = read(tenant, std::vector<Id>(ids.begin(), ids.end()));
    if (!found) return ErrorOf(found);
    for (auto& [id, facts] : *found) to[{tenant, id}] = std::move(facts);
  }
  return {};
}

}  // namespace

Result<EventFacts> EventFacts::Read(Reader& reader, const std::vector<StoredEvent>& events) {
  IdsByTenant legacies;
  IdsByTenant stories;
  for (const auto& [sequence, event, created_at] : events) {
    if (!event.legacy_id.empty()) legacies[event.tenant_id].insert(event.legacy_id);
    if (IsStoryEvent(event)) stories[event.tenant_id].insert(event.subject);
  }
  EventFacts facts;
  Status read = Collect(legacies, facts.legacies_, [&](const auto& tenant, const auto& ids) {
    return live_repository::Legacies(reader, tenant, ids);
  });
  if (!read) return ErrorOf(read);
  read = Collect(stories, facts.stories_, [&](const auto& tenant, const auto& ids) {
    return live_repository::Stories(reader, tenant, ids);
  });
  if (!read) return ErrorOf(read);
  return facts;
}

std::optional<FactsOfEvent> EventFacts::Of(const Event& event) const {
  const auto legacy = legacies_.find({event.tenant_id, event.legacy_id});
  if (legacy == legacies_.end()) return std::nullopt;
  FactsOfEvent facts{legacy->second, std::nullopt};
  if (!IsStoryEvent(event)) return facts;
  const auto story = stories_.find({event.tenant_id, event.subject});
  if (story != stories_.end()) facts.story = story->second;
  return facts;
}

std::string FrameOf(const std::string& epoch, const StoredEvent& stored) {
  const Event& event = stored.event;
  JsonWriter json;
  json.BeginObject().Member("type", event.type).Member("id", event.subject);
  json.Member("legacy_id", event.legacy_id).Member("version", event.version).EndObject();
  return http::EventFrame(ToString(Position{epoch, stored.sequence}), event.type, json.Take());
}

std::string ResetFrame(const Position& head) {
  return http::EventFrame(ToString(head), "reset", "{}");
}

std::string PositionFrame(const Position& position) { return "id: " + ToString(position) + "\n\n"; }

}  // namespace heirloom
