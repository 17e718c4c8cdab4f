#include "storage/graph_rules.h"

#include <algorithm>

#include "appliance/base/text.h"

namespace heirloom::graph {
namespace {

constexpr std::size_t kMaxOperations = 10'000;
constexpr std::size_t kMaxId = 200;
constexpr std::size_t kMaxType = 40;
constexpr std::size_t kMaxTypes = 32;
constexpr std::size_t kMaxProperties = 16;
constexpr std::size_t kMaxPropertyText = 1'000;
constexpr std::size_t kMaxScan = 10'000;

tl::unexpected<Error> Wrong(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "graph: " + what);
}

Status CheckType(std::string_view type) {
  const bool letters = std::all_of(type.begin(), type.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
  if (!type.empty() && type.size() <= kMaxType && letters) return {};
  return Wrong("a type or name is not 1 to 40 letters and underscores");
}

Status CheckTypes(const std::vector<std::string>& types) {
  if (types.size() > kMaxTypes) return Wrong("more than 32 types are asked for");
  for (const std::string& type : types) {
    if (Status s = CheckType(type); !s) return s;
  }
  return {};
}

Status CheckProperties(const GraphProperties& properties) {
  if (properties.size() > kMaxProperties) return Wrong("more than 16 properties");
  for (const auto& [name, value] : properties) {
    if (Status s = CheckType(name); !s) return s;
    const auto* text = std::get_if<std::string>(&value);
    if (text && (text->size() > kMaxPropertyText || !IsStorableText(*text))) {
      return Wrong("the property " + name + " is not at most 1,000 bytes of text");
    }
  }
  return {};
}

template <typename... Checks>
Status First(const Checks&... checks) {
  Status first;
  ((first = first ? checks : first), ...);
  return first;
}

Status CheckEnds(const Id& from, const Id& to) {
  if (from == to) return Wrong("an edge joins a node to itself");
  return First(CheckId(from), CheckId(to));
}

Status CheckVersion(std::int64_t version) {
  return version < 0 ? Status(Wrong("a version is negative")) : Status();
}

struct Checker {
  Status operator()(const PutNode& put) const {
    return First(CheckSpace(put.space), CheckId(put.node.id), CheckType(put.node.type),
                 CheckProperties(put.node.properties), CheckVersion(put.version));
  }
  Status operator()(const DropNode& drop) const {
    return First(CheckSpace(drop.space), CheckId(drop.id), CheckVersion(drop.version));
  }
  Status operator()(const PutEdge& put) const {
    const GraphEdge& edge = put.edge;
    return First(CheckSpace(put.space), CheckEnds(edge.from, edge.to), CheckType(edge.type),
                 CheckType(edge.from_type), CheckType(edge.to_type),
                 CheckProperties(edge.properties), CheckVersion(put.version));
  }
  Status operator()(const DropEdge& drop) const {
    return First(CheckSpace(drop.space), CheckEnds(drop.from, drop.to), CheckType(drop.type),
                 CheckVersion(drop.version));
  }
};

Status CheckBetween(std::size_t value, std::size_t most, const std::string& what) {
  if (value >= 1 && value <= most) return {};
  return Wrong(what + " is not 1 to " + std::to_string(most));
}
Status CheckBetween(int value, int most, const std::string& what) {
  return CheckBetween(static_cast<std::size_t>(std::max(value, 0)), static_cast<std::size_t>(most),
                      what);
}

void Raise(Dropped& drop, std::int64_t version, std::int64_t at) {
  if (version > drop.version) drop = {version, at};
}

template <typename Put>
void Replace(const Put*& newest, const Put& put) {
  if (!newest || put.version >= newest->version) newest = &put;
}

struct Folder {
  Changes& changes;

  void operator()(const PutNode& put) const {
    Replace(changes.nodes[{put.space, put.node.id}].put, put);
  }
  void operator()(const DropNode& drop) const {
    Raise(changes.nodes[{drop.space, drop.id}].drop, drop.version, drop.dropped_at);
  }
  void operator()(const PutEdge& put) const {
    Replace(changes.edges[{put.space, put.edge.from, put.edge.type, put.edge.to}].put, put);
  }
  void operator()(const DropEdge& drop) const {
    Raise(changes.edges[{drop.space, drop.from, drop.type, drop.to}].drop, drop.version,
          drop.dropped_at);
  }
};

}  // namespace

Status CheckId(std::string_view id) {
  if (!id.empty() && id.size() <= kMaxId && IsStorableText(id)) return {};
  return Wrong("an id is not 1 to 200 bytes of text");
}

Status CheckSpace(const GraphSpace& space) {
  return First(CheckId(space.tenant_id), CheckId(space.legacy_id));
}

Status CheckOperations(const std::vector<GraphOperation>& operations) {
  if (operations.size() > kMaxOperations) return Wrong("more than 10,000 operations at once");
  for (const GraphOperation& operation : operations) {
    if (Status s = std::visit(Checker(), operation); !s) return s;
  }
  return {};
}

Status Check(const NeighbourQuery& query) {
  return First(CheckSpace(query.space), CheckId(query.node), CheckTypes(query.types),
               CheckBetween(query.limit, kMaxGraphPage, "the limit"));
}

Status Check(const TraverseQuery& query) {
  return First(CheckSpace(query.space), CheckId(query.start), CheckTypes(query.types),
               CheckBetween(query.depth, kMaxWalkDepth, "the depth"),
               CheckBetween(query.limit, kMaxWalkNodes, "the limit"),
               CheckBetween(query.budget, kMaxWalkBudget, "the budget"));
}

Status Check(const PathQuery& query) {
  return First(CheckSpace(query.space), CheckEnds(query.from, query.to), CheckTypes(query.types),
               CheckBetween(query.max_length, kMaxPathLength, "the length"),
               CheckBetween(query.budget, kMaxWalkBudget, "the budget"));
}

Status CheckScanLimit(std::size_t limit) { return CheckBetween(limit, kMaxScan, "the limit"); }

Changes FoldOperations(const std::vector<GraphOperation>& operations) {
  Changes changes;
  for (const GraphOperation& operation : operations) std::visit(Folder{changes}, operation);
  return changes;
}

std::string WriteCursor(const NeighbourPlace& place) {
  return (place.incoming ? "i:" : "o:") + place.type + ":" + place.other;
}

Result<NeighbourPlace> ReadCursor(std::string_view cursor) {
  const auto none = [] { return Wrong("the cursor is none of ours"); };
  if (!cursor.starts_with("i:") && !cursor.starts_with("o:")) return none();
  const std::string_view rest = cursor.substr(2);
  const std::size_t colon = rest.find(':');  // Types hold none.
  if (colon == std::string_view::npos) return none();
  NeighbourPlace place{cursor.front() == 'i', std::string(rest.substr(0, colon)),
                       Id(rest.substr(colon + 1))};
  if (!CheckType(place.type) || !CheckId(place.other)) return none();
  return place;
}

}  // namespace heirloom::graph
