#include "storage/neo4j/neo4j_graph_store.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "appliance/base/json.h"
#include "appliance/base/log.h"
#include "appliance/base/number.h"
#include "storage/graph_rules.h"
#include "storage/graph_walk.h"
#include "storage/neo4j/query_api.h"
#include "storage/neo4j/statements.h"

namespace heirloom {
namespace {

using neo4j::Access;
using neo4j::QueryApi;
namespace statements = neo4j::statements;

constexpr std::int64_t kMostSwept = 1'000;
constexpr std::int64_t kRemovedAtOnce = 1'000;
constexpr int kMostRemovals = 200;  // At once; the rest the next time.
constexpr std::size_t kExpandedAtOnce = 64;

tl::unexpected<Error> Odd() {
  return Fail(ErrorCode::kInternal, "graph: Neo4j holds something that we did not write");
}

// A field and its length, so that none runs into the next.
void AddField(std::string& key, std::string_view field) {
  key += std::to_string(field.size()) + ':';
  key += field;
}

tl::unexpected<Error> BadCursor() {
  return Fail(ErrorCode::kInvalidArgument, "graph: the cursor is none of ours");
}

// Key of the node, type, other end; all empty for the beginning of the list.
Result<std::array<std::string, 3>> ReadEdgePlace(std::string_view cursor) {
  std::array<std::string, 3> fields;
  if (cursor.empty()) return fields;
  for (std::string& field : fields) {
    const std::size_t colon = std::min(cursor.find(':'), cursor.size());
    const auto size = ParseNumber<std::size_t>(cursor.substr(0, colon));
    cursor.remove_prefix(std::min(colon + 1, cursor.size()));
    if (!size || *size > cursor.size()) return BadCursor();
    field = cursor.substr(0, *size);
    cursor.remove_prefix(*size);
  }
  if (!cursor.empty()) return BadCursor();
  return fields;
}

// What comes after the generation's prefix.
std::string KeyOf(const GraphSpace& space, std::string_view id) {
  std::string key;
  AddField(key, space.tenant_id);
  AddField(key, space.legacy_id);
  AddField(key, id);
  return key;
}

std::string PrefixOf(const std::string& instance, std::int64_t generation) {
  return instance + ':' + std::to_string(generation) + ':';
}

// Properties lie as one text: Neo4j has no maps inside.
std::string WriteProperties(const GraphProperties& properties) {
  JsonWriter json;
  json.BeginObject();
  for (const auto& [name, value] : properties) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      json.Member(name, *number);
    } else {
      json.Member(name, std::get<std::string>(value));
    }
  }
  return json.EndObject().Take();
}

// One row of an answer; reads columns, and notes when one is not what it should be.
class Columns {
 public:
  explicit Columns(Json row) : row_(std::move(row)) {}

  std::string Text(std::size_t column) {
    const Json value = row_.IsArray() ? row_.At(column) : Json();
    if (!value.IsString()) return odd_ = true, "";
    return std::string(value.AsString());
  }
  std::int64_t Integer(std::size_t column) {
    const Json value = row_.IsArray() ? row_.At(column) : Json();
    if (value.kind() != Json::Kind::kInteger) return odd_ = true, 0;
    return value.AsInteger();
  }
  GraphProperties Properties(std::size_t column) {
    GraphProperties properties;
    const auto json = Json::Parse(Text(column));
    if (!json || !json->IsObject()) return odd_ = true, properties;
    for (const std::string& name : json->Keys()) {
      const Json value = json->Get(name);
      if (value.kind() == Json::Kind::kInteger) {
        properties[name] = value.AsInteger();
      } else if (value.IsString()) {
        properties[name] = std::string(value.AsString());
      } else {
        odd_ = true;
      }
    }
    return properties;
  }
  bool IsNull(std::size_t column) const { return row_.At(column).kind() == Json::Kind::kNull; }
  bool odd() const { return odd_; }

 private:
  Json row_;
  bool odd_ = false;
};

void WriteSpace(JsonWriter& json, const GraphSpace& space) {
  json.Member("tenant", space.tenant_id).Member("legacy", space.legacy_id);
}

void WriteNodes(JsonWriter& json, const graph::Changes& changes) {
  json.Key("nodes").BeginArray();
  for (const auto& [key, change] : changes.nodes) {
    json.BeginObject().Member("key", KeyOf(key.space, key.id)).Member("id", key.id);
    WriteSpace(json, key.space);
    json.Member("drop", change.drop.version).Member("at", change.drop.at);
    json.Member("put", change.put ? change.put->version : graph::kNever);
    if (change.put) {
      json.Member("kind", change.put->node.type);
      json.Member("props", WriteProperties(change.put->node.properties));
    }
    json.EndObject();
  }
  json.EndArray();
}

void WriteEdges(JsonWriter& json, const graph::Changes& changes) {
  json.Key("edges").BeginArray();
  for (const auto& [key, change] : changes.edges) {
    json.BeginObject().Member("kind", key.type).Member("from", key.from).Member("to", key.to);
    json.Member("from_key", KeyOf(key.space, key.from)).Member("to_key", KeyOf(key.space, key.to));
    WriteSpace(json, key.space);
    json.Member("drop", change.drop.version).Member("at", change.drop.at);
    json.Member("put", change.put ? change.put->version : graph::kNever);
    if (change.put) {
      json.Member("from_kind", change.put->edge.from_type);
      json.Member("to_kind", change.put->edge.to_type);
      json.Member("props", WriteProperties(change.put->edge.properties));
    }
    json.EndObject();
  }
  json.EndArray();
}

void WriteFilter(JsonWriter& json, GraphDirection direction,
                 const std::vector<std::string>& types) {
  json.Key("out").Bool(direction != GraphDirection::kIn);
  json.Key("in").Bool(direction != GraphDirection::kOut);
  json.Key("types").BeginArray();
  for (const std::string& type : types) json.String(type);
  json.EndArray();
}

// Lists edges of many nodes by one statement.
class RemoteEdges final : public graph::EdgeSource {
 public:
  RemoteEdges(const QueryApi& api, std::string prefix, const GraphSpace& space,
              GraphDirection direction, const std::vector<std::string>& types)
      : api_(api),
        prefix_(std::move(prefix)),
        space_(space),
        direction_(direction),
        types_(types) {}

  Status Edges(std::span<const std::string_view> nodes, std::size_t most,
               const OnEdge& on_edge) override {
    JsonWriter json;
    json.BeginObject().Member("prefix", prefix_).Key("keys").BeginArray();
    for (const std::string_view node : nodes) json.String(KeyOf(space_, node));
    json.EndArray();
    WriteFilter(json, direction_, types_);
    json.Member("most", static_cast<std::int64_t>(most));
    const auto rows = api_.Run(statements::kExpand, json.EndObject().Take(), Access::kRead);
    if (!rows) return ErrorOf(rows);
    for (std::size_t i = 0; i < rows->Size(); ++i) {
      Columns row(rows->At(i));
      const auto node = static_cast<std::size_t>(row.Integer(0));
      const std::string other = row.Text(1);
      const std::string type = row.Text(2);
      if (row.odd() || node >= nodes.size()) return Odd();
      if (!on_edge(node, other, type)) break;
    }
    return {};
  }
  std::size_t AtOnce() const override { return kExpandedAtOnce; }

 private:
  const QueryApi& api_;
  const std::string prefix_;
  const GraphSpace& space_;
  const GraphDirection direction_;
  const std::vector<std::string>& types_;
};

class Neo4jGraphStore final : public GraphStore {
 public:
  explicit Neo4jGraphStore(Neo4jGraphOptions options)
      : instance_(options.instance), api_(std::move(options.http), options.url, options.database) {}

  Status Provision() {
    for (const std::string_view statement : statements::kSchema) {
      const auto made = api_.Run(statement, "{}", Access::kWrite);
      if (!made) return ErrorOf(made);
    }
    JsonWriter json = Parameters();
    json.Member("prefix", PrefixOf(instance_, 1));
    return StatusOf(api_.Run(statements::kBegin, json.EndObject().Take(), Access::kWrite));
  }

  Status Apply(const std::vector<GraphOperation>& operations, const Position& position) override {
    if (Status s = graph::CheckOperations(operations); !s) return s;
    const graph::Changes changes = graph::FoldOperations(operations);
    JsonWriter json = Parameters();
    json.Member("epoch", position.epoch).Member("sequence", position.sequence);
    WriteNodes(json, changes);
    WriteEdges(json, changes);
    const auto rows = api_.Run(statements::kApply, json.EndObject().Take(), Access::kWrite);
    if (!rows) return ErrorOf(rows);
    if (rows->Size() == 1) return {};
    const auto place = Look();  // Not there at all, or of another epoch.
    if (!place) return ErrorOf(place);
    return Fail(ErrorCode::kConflict,
                "graph: it is of another history than what was to be applied");
  }

  Result<std::optional<Position>> Reached() const override {
    auto place = Look();
    if (!place) return ErrorOf(place);
    return std::move(place->position);
  }

  Result<std::optional<GraphNode>> Node(const GraphSpace& space, const Id& id) const override {
    if (Status s = graph::CheckSpace(space); !s) return ErrorOf(s);
    if (Status s = graph::CheckId(id); !s) return ErrorOf(s);
    JsonWriter json = Parameters();
    json.Member("key", KeyOf(space, id));
    const auto rows = api_.Run(statements::kNode, json.EndObject().Take(), Access::kRead);
    if (!rows) return ErrorOf(rows);
    if (rows->Size() == 0) return std::optional<GraphNode>();
    Columns row(rows->At(0));
    GraphNode node{id, row.Text(0), row.Properties(1)};
    if (row.odd()) return Odd();
    return std::optional(std::move(node));
  }

  Result<NeighbourPage> Neighbours(const NeighbourQuery& query) const override {
    if (Status s = graph::Check(query); !s) return ErrorOf(s);
    JsonWriter json = Parameters();
    json.Member("key", KeyOf(query.space, query.node));
    WriteFilter(json, query.direction, query.types);
    json.Member("most", static_cast<std::int64_t>(query.limit + 1));
    graph::NeighbourPlace place;
    if (!query.cursor.empty()) {
      auto read = graph::ReadCursor(query.cursor);
      if (!read) return ErrorOf(read);
      place = std::move(*read);
    }
    const std::int64_t way = query.cursor.empty() ? -1 : place.incoming ? 1 : 0;
    json.Member("way", way).Member("kind", place.type).Member("other", place.other);
    const auto rows = api_.Run(statements::kNeighbours, json.EndObject().Take(), Access::kRead);
    if (!rows) return ErrorOf(rows);
    NeighbourPage page;
    for (std::size_t i = 0; i < rows->Size(); ++i) {
      if (page.edges.size() == query.limit) {
        const GraphEdge& last = page.edges.back();
        const bool incoming = last.from != query.node;
        page.next = graph::WriteCursor({incoming, last.type, incoming ? last.from : last.to});
        break;
      }
      Columns row(rows->At(i));
      const bool incoming = row.Integer(0) == 1;
      GraphEdge edge{query.node,  row.Text(3), row.Text(1),
                     row.Text(2), row.Text(4), row.Properties(5)};
      if (incoming) std::swap(edge.from, edge.to);
      if (row.odd()) return Odd();
      page.edges.push_back(std::move(edge));
    }
    return page;
  }

  Result<Walk> Traverse(const TraverseQuery& query, const MayWalk& may_walk) const override {
    if (Status s = graph::Check(query); !s) return ErrorOf(s);
    auto place = Look();
    if (!place) return ErrorOf(place);
    RemoteEdges edges(api_, place->prefix, query.space, query.direction, query.types);
    return graph::Traverse(edges, query, may_walk);
  }

  Result<GraphPath> Path(const PathQuery& query, const MayWalk& may_walk) const override {
    if (Status s = graph::Check(query); !s) return ErrorOf(s);
    auto place = Look();
    if (!place) return ErrorOf(place);
    RemoteEdges edges(api_, place->prefix, query.space, query.direction, query.types);
    return graph::FindPath(edges, query, may_walk);
  }

  Result<ScannedPage> Scan(const std::string& after, std::size_t limit) const override;
  Result<std::size_t> Sweep(std::int64_t before, std::int64_t passed) override;
  Result<std::unique_ptr<GraphGeneration>> StartGeneration() override;
  Status Adopt(std::unique_ptr<GraphGeneration> generation, const Position& position) override;

  // Of the generation in the making.
  Status Fill(std::int64_t generation, const std::vector<GraphOperation>& operations) const {
    if (Status s = graph::CheckOperations(operations); !s) return s;
    const graph::Changes changes = graph::FoldOperations(operations);
    JsonWriter json = Parameters();
    json.Member("generation", generation).Member("prefix", PrefixOf(instance_, generation));
    WriteNodes(json, changes);
    WriteEdges(json, changes);
    return StatusOf(api_.Run(statements::kFill, json.EndObject().Take(), Access::kWrite));
  }

  void GiveUp(std::int64_t generation) {
    building_ = false;
    const Status gone = RemoveGeneration(generation);
    if (!gone) {
      LogWarn("a graph that was given up could not be removed", {{"reason", gone.error().message}});
    }
  }

 private:
  // Where things are: what a walk holds on to.
  struct Place {
    std::optional<Position> position;
    std::string prefix;
  };

  JsonWriter Parameters() const {
    JsonWriter json;
    json.BeginObject().Member("instance", instance_);
    return json;
  }

  static Status StatusOf(const Result<Json>& rows) {
    if (!rows) return ErrorOf(rows);
    return {};
  }

  Result<Place> Look() const {
    const auto rows =
        api_.Run(statements::kReached, Parameters().EndObject().Take(), Access::kRead);
    if (!rows) return ErrorOf(rows);
    if (rows->Size() == 0) {
      return Fail(ErrorCode::kUnavailable,
                  "graph: Neo4j is not prepared for it; run heirloom migrate --provision");
    }
    Columns row(rows->At(0));
    Place place{std::nullopt, row.Text(2)};
    if (!row.IsNull(0)) place.position = Position{row.Text(0), row.Integer(1)};
    if (row.odd()) return Odd();
    return place;
  }

  static Result<std::int64_t> CountOf(const Result<Json>& rows) {
    if (!rows) return ErrorOf(rows);
    if (rows->Size() == 0) return std::int64_t{0};
    Columns row(rows->At(0));
    const std::int64_t count = row.Integer(0);
    if (row.odd()) return Odd();
    return count;
  }

  Status RemoveGeneration(std::int64_t generation) const {
    JsonWriter json = Parameters();
    json.Member("generation", generation).Member("most", kRemovedAtOnce);
    return RemoveAll(statements::kRemoveGeneration, json.EndObject().Take());
  }

  // In pieces: one transaction over all of it would need memory for all of it.
  Status RemoveAll(std::string_view statement, const std::string& parameters) const {
    for (int i = 0; i < kMostRemovals; ++i) {
      const auto removed = CountOf(api_.Run(statement, parameters, Access::kWrite));
      if (!removed) return ErrorOf(removed);
      if (*removed < kRemovedAtOnce) break;
    }
    return {};
  }

  Status ScanNodes(std::string_view key, std::size_t limit, ScannedPage& page) const;
  Status ScanEdges(std::string_view cursor, std::size_t limit, ScannedPage& page) const;

  const std::string instance_;
  const QueryApi api_;
  std::atomic<bool> building_ = false;
};

class Neo4jGeneration final : public GraphGeneration {
 public:
  Neo4jGeneration(Neo4jGraphStore& store, std::int64_t number) : store_(&store), number_(number) {}
  Neo4jGeneration(const Neo4jGeneration&) = delete;
  Neo4jGeneration& operator=(const Neo4jGeneration&) = delete;
  ~Neo4jGeneration() override {
    if (store_) store_->GiveUp(number_);
  }

  Status Apply(const std::vector<GraphOperation>& operations) override {
    return store_->Fill(number_, operations);
  }

  const Neo4jGraphStore* store() const { return store_; }
  std::int64_t number() const { return number_; }
  void Keep() { store_ = nullptr; }

 private:
  Neo4jGraphStore* store_;
  const std::int64_t number_;
};

// First all nodes, then all edges. `after` is "n" and the key of the last node, or "e" and the
// fields of the last edge; each field with its length.
Result<ScannedPage> Neo4jGraphStore::Scan(const std::string& after, std::size_t limit) const {
  if (Status s = graph::CheckScanLimit(limit); !s) return ErrorOf(s);
  ScannedPage page;
  const bool in_edges = after.starts_with("e");
  if (!after.empty() && !in_edges && !after.starts_with("n")) return BadCursor();
  const std::string_view rest = std::string_view(after).substr(after.empty() ? 0 : 1);
  const Status read = in_edges ? ScanEdges(rest, limit, page) : ScanNodes(rest, limit, page);
  if (!read) return ErrorOf(read);
  return page;
}

Status Neo4jGraphStore::ScanNodes(std::string_view key, std::size_t limit,
                                  ScannedPage& page) const {
  JsonWriter json = Parameters();
  json.Member("key", key).Member("most", static_cast<std::int64_t>(limit));
  const auto rows = api_.Run(statements::kScanNodes, json.EndObject().Take(), Access::kRead);
  if (!rows) return ErrorOf(rows);
  std::string last;
  for (std::size_t i = 0; i < rows->Size(); ++i) {
    Columns row(rows->At(i));
    page.items.push_back(
        {{row.Text(0), row.Text(1)}, GraphNode{row.Text(2), row.Text(3), row.Properties(4)}});
    last = row.Text(5);
    if (row.odd()) return Odd();
  }
  page.next = rows->Size() < limit ? "e" : "n" + last;
  return {};
}

Status Neo4jGraphStore::ScanEdges(std::string_view cursor, std::size_t limit,
                                  ScannedPage& page) const {
  const auto fields = ReadEdgePlace(cursor);
  if (!fields) return ErrorOf(fields);
  JsonWriter json = Parameters();
  json.Member("key", (*fields)[0]).Member("kind", (*fields)[1]).Member("other", (*fields)[2]);
  json.Member("most", static_cast<std::int64_t>(limit));
  const auto rows = api_.Run(statements::kScanEdges, json.EndObject().Take(), Access::kRead);
  if (!rows) return ErrorOf(rows);
  for (std::size_t i = 0; i < rows->Size(); ++i) {
    Columns row(rows->At(i));
    GraphEdge edge{row.Text(2), row.Text(3), row.Text(4),
                   row.Text(5), row.Text(6), row.Properties(7)};
    const std::string key = row.Text(8);
    if (row.odd()) return Odd();
    if (i + 1 == rows->Size() && rows->Size() == limit) {
      page.next = "e";
      AddField(page.next, key);
      AddField(page.next, edge.type);
      AddField(page.next, edge.to);
    }
    page.items.push_back({{row.Text(0), row.Text(1)}, std::move(edge)});
  }
  return {};
}

Result<std::size_t> Neo4jGraphStore::Sweep(std::int64_t before, std::int64_t passed) {
  std::int64_t swept = 0;
  for (const std::string_view statement : {statements::kSweepEdges, statements::kSweepNodes}) {
    if (swept == kMostSwept) break;
    JsonWriter json = Parameters();
    json.Member("before", before).Member("passed", passed).Member("most", kMostSwept - swept);
    const auto some = CountOf(api_.Run(statement, json.EndObject().Take(), Access::kWrite));
    if (!some) return ErrorOf(some);
    swept += *some;
  }
  JsonWriter json = Parameters();
  json.Member("most", kRemovedAtOnce);
  if (Status s = RemoveAll(statements::kRemoveOld, json.EndObject().Take()); !s) return ErrorOf(s);
  return static_cast<std::size_t>(swept);
}

Result<std::unique_ptr<GraphGeneration>> Neo4jGraphStore::StartGeneration() {
  if (building_.exchange(true)) {
    return Fail(ErrorCode::kConflict, "graph: another generation is being built");
  }
  const auto number = CountOf(
      api_.Run(statements::kStartGeneration, Parameters().EndObject().Take(), Access::kWrite));
  if (!number || *number == 0) {
    building_ = false;
    if (!number) return ErrorOf(number);
    const auto place = Look();
    if (!place) return ErrorOf(place);
    return Odd();
  }
  return std::make_unique<Neo4jGeneration>(*this, *number);
}

Status Neo4jGraphStore::Adopt(std::unique_ptr<GraphGeneration> generation,
                              const Position& position) {
  auto* ours = dynamic_cast<Neo4jGeneration*>(generation.get());
  if (ours == nullptr || ours->store() != this) Panic("a generation of another graph");
  JsonWriter json = Parameters();
  json.Member("generation", ours->number()).Member("prefix", PrefixOf(instance_, ours->number()));
  json.Member("epoch", position.epoch).Member("sequence", position.sequence);
  const auto rows = api_.Run(statements::kAdopt, json.EndObject().Take(), Access::kWrite);
  if (!rows) return ErrorOf(rows);
  if (rows->Size() == 0) {
    return Fail(ErrorCode::kConflict, "graph: a newer one was put in its place meanwhile");
  }
  ours->Keep();
  building_ = false;
  return {};
}

bool IsName(const std::string& text, std::size_t most, std::string_view marks) {
  return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  });
}

Result<std::unique_ptr<Neo4jGraphStore>> Make(Neo4jGraphOptions options) {
  if (!IsName(options.database, 63, "-.")) {
    return Fail(ErrorCode::kInvalidArgument,
                "graph: the name of a Neo4j database is 1 to 63 of a-z, 0-9, '-' and '.'");
  }
  if (!IsName(options.instance, 40, "_")) {
    return Fail(ErrorCode::kInvalidArgument,
                "graph: the name of an instance is 1 to 40 of a-z, 0-9 and '_'");
  }
  return std::make_unique<Neo4jGraphStore>(std::move(options));
}

}  // namespace

Result<std::unique_ptr<GraphStore>> OpenNeo4jGraphStore(Neo4jGraphOptions options) {
  auto store = Make(std::move(options));
  if (!store) return ErrorOf(store);
  return std::move(*store);
}

Status ProvisionNeo4jGraph(Neo4jGraphOptions options) {
  const auto store = Make(std::move(options));
  if (!store) return ErrorOf(store);
  return (*store)->Provision();
}

}  // namespace heirloom
