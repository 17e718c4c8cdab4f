#include "appliance/graph/graph_projection.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "appliance/graph/graph_feed_repository.h"

namespace heirloom {
namespace {

namespace feed = graph_feed_repository;

constexpr std::int64_t kRowsAtOnce = 500;

std::string Text(std::string_view text) { return std::string(text); }

// What rows of one snapshot become.
class Operations {
 public:
  Operations(std::int64_t version, Time now) : version_(version), now_(now) {}

  void Add(const GraphLegacy& legacy) {
    const GraphSpace space{legacy.tenant_id, legacy.id};
    if (legacy.gone) return Drop(space, legacy.id);
    PutNodeOf(space, {legacy.id,
                      Text(graph_type::kLegacy),
                      {{"visibility", Text(ToString(legacy.visibility))}}});
  }
  void Add(const GraphMember& member) {
    const GraphSpace space{member.tenant_id, member.legacy_id};
    if (member.gone) return Drop(space, member.user_id);
    PutNodeOf(space, {member.user_id, Text(graph_type::kUser), {}});
    PutEdgeOf(space, {member.user_id,
                      Text(graph_type::kUser),
                      Text(graph_type::kMemberOf),
                      member.legacy_id,
                      Text(graph_type::kLegacy),
                      {{"role", Text(ToString(member.role))}}});
  }
  void Add(const GraphStory& story) {
    const GraphSpace space{story.tenant_id, story.legacy_id};
    if (story.gone) return Drop(space, story.id);
    PutNodeOf(space,
              {story.id, Text(graph_type::kStory), {{"status", Text(ToString(story.status))}}});
    PutEdgeOf(space, {story.id,
                      Text(graph_type::kStory),
                      Text(graph_type::kBelongsTo),
                      story.legacy_id,
                      Text(graph_type::kLegacy),
                      {}});
  }
  template <typename Row>
  void AddAll(const std::vector<Row>& rows) {
    for (const Row& row : rows) Add(row);
  }
  // With its edges.
  void Drop(const GraphSpace& space, const Id& id) {
    list_.emplace_back(DropNode{space, id, version_, now_.micros});
  }
  const std::vector<GraphOperation>& list() const { return list_; }

 private:
  void PutNodeOf(const GraphSpace& space, GraphNode node) {
    list_.emplace_back(PutNode{space, std::move(node), version_});
  }
  void PutEdgeOf(const GraphSpace& space, GraphEdge edge) {
    list_.emplace_back(PutEdge{space, std::move(edge), version_});
  }

  const std::int64_t version_;
  const Time now_;
  std::vector<GraphOperation> list_;
};

// The things that some events name. A story or user by where it is and its id.
struct Named {
  std::map<GraphSpace, std::set<Id>> stories;
  std::map<GraphSpace, std::set<Id>> users;
  std::map<std::string, std::set<Id>> legacies;  // By tenant.
  std::set<Id> whole;                            // Legacies, with all that is in them.
};

Named NamesIn(const std::vector<StoredEvent>& events) {
  Named named;
  for (const StoredEvent& stored : events) {
    const Event& event = stored.event;
    const GraphSpace space{event.tenant_id, event.legacy_id};
    if (event.type.starts_with("Story")) {
      named.stories[space].insert(event.subject);
    } else if (event.type == event_type::kMemberChanged) {
      named.users[space].insert(event.subject);
    } else if (event.type.starts_with("Legacy")) {
      named.legacies[event.tenant_id].insert(event.legacy_id);
      named.whole.insert(event.legacy_id);
    }
  }
  return named;
}

std::vector<Id> ListOf(const std::set<Id>& ids) { return {ids.begin(), ids.end()}; }

// Rows that are no longer there to say that they are gone.
template <typename Rows, typename IdOf>
void DropMissing(const GraphSpace& space, std::set<Id> named, const Rows& found, const IdOf& id_of,
                 Operations& operations) {
  for (const auto& row : found) named.erase(id_of(row));
  for (const Id& id : named) operations.Drop(space, id);
}

Status Read(Reader& reader, const Named& named, Operations& operations) {
  for (const auto& [space, ids] : named.stories) {
    const auto found = feed::StoriesByIds(reader, space.tenant_id, ListOf(ids));
    if (!found) return ErrorOf(found);
    operations.AddAll(*found);
    DropMissing(
        space, ids, *found, [](const GraphStory& row) { return row.id; }, operations);
  }
  for (const auto& [space, ids] : named.users) {
    const auto found = feed::MembersByIds(reader, space.tenant_id, space.legacy_id, ListOf(ids));
    if (!found) return ErrorOf(found);
    operations.AddAll(*found);
    DropMissing(
        space, ids, *found, [](const GraphMember& row) { return row.user_id; }, operations);
  }
  for (const auto& [tenant, ids] : named.legacies) {
    const auto found = feed::LegaciesByIds(reader, tenant, ListOf(ids));
    if (!found) return ErrorOf(found);
    operations.AddAll(*found);
    for (const Id& id : ids) {
      DropMissing(
          {tenant, id}, {id}, *found, [](const GraphLegacy& row) { return row.id; }, operations);
    }
  }
  return {};
}

// Pages until there are no more; each is a snapshot of its own.
template <typename Row, typename Page>
Status EachPage(Database& database, const Clock& clock, const Page& page,
                const GraphProjection::TakePage& take, std::int64_t& read) {
  Row after;
  for (;;) {
    std::vector<Row> rows;
    std::int64_t version = 0;
    const Status done = database.Read([&](Reader& reader) -> Status {
      auto some = page(reader, after);
      if (!some) return ErrorOf(some);
      const auto head = reader.Head();
      if (!head) return ErrorOf(head);
      rows = std::move(*some);
      version = head->sequence;
      return {};
    });
    if (!done) return done;
    if (rows.empty()) return {};
    Operations operations(version, clock.Now());
    operations.AddAll(rows);
    read += static_cast<std::int64_t>(rows.size());
    if (Status s = take(operations.list(), read); !s) return s;
    after = std::move(rows.back());
  }
}

}  // namespace

Status GraphProjection::Follow(const std::vector<StoredEvent>& events, const Take& take) {
  const Named named = NamesIn(events);
  std::vector<GraphOperation> list;
  const Status read = database_.Read([&](Reader& reader) -> Status {
    const auto head = reader.Head();
    if (!head) return ErrorOf(head);
    Operations operations(head->sequence, clock_.Now());
    if (Status s = heirloom::Read(reader, named, operations); !s) return s;
    list = operations.list();
    return {};
  });
  if (!read) return read;
  if (!list.empty()) {
    if (Status s = take(list); !s) return s;
  }
  for (const Id& legacy : named.whole) {
    if (Status s = OfLegacy(legacy, take); !s) return s;
  }
  return {};
}

// A legacy that came back brings all that is in it, and one that goes takes it along.
Status GraphProjection::OfLegacy(const Id& legacy_id, const Take& take) {
  std::int64_t count = 0;
  const TakePage take_page = [&](const std::vector<GraphOperation>& operations, std::int64_t) {
    return take(operations);
  };
  const Status members = EachPage<GraphMember>(
      database_, clock_,
      [&](Reader& reader, const GraphMember& after) {
        return feed::MemberPage(reader, legacy_id, after, kRowsAtOnce);
      },
      take_page, count);
  if (!members) return members;
  return EachPage<GraphStory>(
      database_, clock_,
      [&](Reader& reader, const GraphStory& after) {
        return feed::StoryPage(reader, legacy_id, after, kRowsAtOnce);
      },
      take_page, count);
}

Status GraphProjection::All(const TakePage& take) {
  std::int64_t read = 0;
  const Status legacies = EachPage<GraphLegacy>(
      database_, clock_,
      [](Reader& reader, const GraphLegacy& after) {
        return feed::LegacyPage(reader, after, kRowsAtOnce);
      },
      take, read);
  if (!legacies) return legacies;
  const Status members = EachPage<GraphMember>(
      database_, clock_,
      [](Reader& reader, const GraphMember& after) {
        return feed::MemberPage(reader, "", after, kRowsAtOnce);
      },
      take, read);
  if (!members) return members;
  return EachPage<GraphStory>(
      database_, clock_,
      [](Reader& reader, const GraphStory& after) {
        return feed::StoryPage(reader, "", after, kRowsAtOnce);
      },
      take, read);
}

Result<std::int64_t> GraphProjection::Count() {
  return ReadOne(database_, [](Reader& reader) { return feed::Count(reader); });
}

}  // namespace heirloom
