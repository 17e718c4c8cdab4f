#include "storage/rocksdb/rocksdb_graph_store.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "appliance/base/log.h"
#include "appliance/base/number.h"
#include "storage/graph_rules.h"
#include "storage/graph_walk.h"
#include "storage/rocksdb/database_files.h"
#include "storage/rocksdb/graph_writer.h"
#include "storage/rocksdb/keys.h"
#include "storage/rocksdb/walk_source.h"

namespace heirloom {
namespace {

using rocks::FromRocksDb;
using rocks::Part;
using rocksdb::Iterator;

constexpr std::size_t kMostSwept = 1'000;

tl::unexpected<Error> Damaged() {
  return Fail(ErrorCode::kInternal, "graph: a key or record cannot be read");
}

// One view of one generation: what is written later is not seen.
struct View {
  std::uint32_t generation = 0;
  std::unique_ptr<Iterator> it;
};

// A node's edges of some direction and types, by one iterator that is moved about.
class NodeEdges {
 public:
  NodeEdges(const View& view, const GraphSpace& space, GraphDirection direction,
            const std::vector<std::string>& types)
      : it_(*view.it),
        key_(rocks::SpacePrefix(view.generation, space)),
        space_size_(key_.size()),
        types_(types) {
    std::sort(types_.begin(), types_.end());
    types_.erase(std::unique(types_.begin(), types_.end()), types_.end());
    if (direction != GraphDirection::kIn) parts_[count_++] = Part::kOut;
    if (direction != GraphDirection::kOut) parts_[count_++] = Part::kIn;
  }

  // Calls on_edge(part, "type 0 other", value) in order, from `from` on (all but it), until it
  // returns false; false then.
  template <typename OnEdge>
  bool Each(std::string_view node, const graph::NeighbourPlace* from, const OnEdge& on_edge) {
    key_.resize(space_size_);
    key_ += node;
    key_ += '\0';
    if (types_.empty() && count_ == 2 && !from) return Range("", on_edge);
    const std::size_t node_size = key_.size();
    for (std::size_t i = 0; i < count_; ++i) {
      key_.resize(node_size);
      key_ += static_cast<char>(parts_[i]);
      const std::size_t part_size = key_.size();
      const graph::NeighbourPlace* place = from;
      if (from && (parts_[i] == Part::kIn) != from->incoming) {
        if (from->incoming) continue;  // Outgoing ones were all given.
        place = nullptr;
      }
      if (types_.empty()) {
        if (!Range(place ? place->type + '\0' + place->other + '\0' : "", on_edge)) return false;
        continue;
      }
      for (const std::string& type : types_) {
        if (place && type < place->type) continue;
        key_.resize(part_size);
        key_ += type;
        key_ += '\0';
        const bool inside = place && type == place->type;
        if (!Range(inside ? place->other + '\0' : "", on_edge)) return false;
      }
    }
    return true;
  }

  Status status() const { return FromRocksDb(it_.status()); }

 private:
  // All keys that begin with key_, from key_ + `rest` on.
  template <typename OnEdge>
  bool Range(const std::string& rest, const OnEdge& on_edge) {
    const std::size_t size = key_.size();
    const std::size_t node_end = rocks::NodePrefixLength(key_);
    key_ += rest;
    it_.Seek(key_);
    key_.resize(size);
    for (; it_.Valid(); it_.Next()) {
      const std::string_view key = it_.key().ToStringView();
      if (!key.starts_with(key_) || key.size() <= node_end) return true;
      const auto part = static_cast<Part>(key[node_end]);
      if (part == Part::kNode) continue;
      if (!on_edge(part, key.substr(node_end + 1), it_.value().ToStringView())) return false;
    }
    return true;
  }

  Iterator& it_;
  std::string key_;
  const std::size_t space_size_;
  std::vector<std::string> types_;
  std::array<Part, 2> parts_{};
  std::size_t count_ = 0;
};

class RocksDbGraphStore final : public GraphStore {
 public:
  RocksDbGraphStore(std::filesystem::path directory, std::unique_ptr<rocksdb::DB> database)
      : directory_(std::move(directory)), database_(std::move(database)) {}

  ~RocksDbGraphStore() override {
    if (const Status closed = FromRocksDb(database_->Close()); !closed) {
      LogWarn("the graph could not be closed", {{"reason", closed.error().message}});
    }
  }

  // Which generation is asked; all others are leftovers.
  Status Begin() {
    std::string value;
    const rocksdb::Status read = database_->Get({}, std::string(rocks::kCurrentKey), &value);
    if (!read.ok() && !read.IsNotFound()) return Noted(FromRocksDb(read));
    std::uint32_t current = 1;
    if (read.ok()) {
      current = ParseNumber<std::uint32_t>(value).value_or(0);
      if (current == 0 || current >= kLastGeneration) return Noted(Damaged());
    }
    current_ = last_ = current;
    const auto first = FirstGenerationFrom(0);
    const bool leftovers = (first && *first < current) || FirstGenerationFrom(current + 1);
    return leftovers ? RemoveLeftovers() : Status();
  }

  Status Apply(const std::vector<GraphOperation>& operations, const Position& position) override {
    if (Status s = graph::CheckOperations(operations); !s) return s;
    const std::scoped_lock lock(write_);
    const auto reached = ReadPosition(current_);
    if (!reached) return ErrorOf(reached);
    if (*reached && (*reached)->epoch != position.epoch) {
      return Fail(ErrorCode::kConflict,
                  "graph: it is of another history than what was to be applied");
    }
    rocksdb::WriteBatch batch;
    rocks::GraphWriter writer(*database_, current_, batch, nullptr);
    if (Status s = Noted(writer.Add(operations)); !s) return s;
    if (!*reached || (*reached)->sequence < position.sequence) {
      batch.Put(rocks::PositionKey(current_), ToString(position));
    }
    if (batch.Count() == 0) return {};
    return Write(batch, Durable());
  }

  Result<std::optional<Position>> Reached() const override {
    return ReadPosition(Look().generation);
  }

  Result<std::optional<GraphNode>> Node(const GraphSpace& space, const Id& id) const override {
    if (Status s = graph::CheckSpace(space); !s) return ErrorOf(s);
    if (Status s = graph::CheckId(id); !s) return ErrorOf(s);
    const std::shared_lock lock(swap_);
    std::string value;
    const rocksdb::Status read = database_->Get({}, rocks::NodeKey(current_, space, id), &value);
    if (read.IsNotFound()) return std::optional<GraphNode>();
    if (!read.ok()) return ErrorOf(Noted(FromRocksDb(read)));
    auto record = rocks::ReadRecord(value);
    if (!record) return ErrorOf(Noted(Damaged()));
    if (!record->Lives()) return std::optional<GraphNode>();
    return std::optional(GraphNode{id, record->own_type, std::move(record->properties)});
  }

  Result<NeighbourPage> Neighbours(const NeighbourQuery& query) const override {
    if (Status s = graph::Check(query); !s) return ErrorOf(s);
    std::optional<graph::NeighbourPlace> from;
    if (!query.cursor.empty()) {
      auto place = graph::ReadCursor(query.cursor);
      if (!place) return ErrorOf(place);
      from = std::move(*place);
    }
    const View view = Look();
    NodeEdges edges(view, query.space, query.direction, query.types);
    NeighbourPage page;
    bool damaged = false;
    edges.Each(query.node, from ? &*from : nullptr,
               [&](Part part, std::string_view type_and_other, std::string_view value) {
                 if (!rocks::OtherTypeIfLiving(value)) return true;
                 if (page.edges.size() == query.limit) {
                   page.next = CursorAfter(page.edges.back(), query.node);
                   return false;
                 }
                 auto edge = EdgeOf(query.node, part, type_and_other, value);
                 damaged = !edge;
                 if (edge) page.edges.push_back(std::move(*edge));
                 return !damaged;
               });
    if (damaged) return ErrorOf(Noted(Damaged()));
    if (Status s = Noted(edges.status()); !s) return ErrorOf(s);
    return page;
  }

  Result<Walk> Traverse(const TraverseQuery& query, const MayWalk& may_walk) const override {
    if (Status s = graph::Check(query); !s) return ErrorOf(s);
    View view = Look();
    rocks::WalkSource source(std::move(view.it), view.generation, query.space, query.direction,
                             query.types);
    auto walk = graph::Traverse(source, query, may_walk);
    (void)Noted(source.status());
    return walk;
  }

  Result<GraphPath> Path(const PathQuery& query, const MayWalk& may_walk) const override {
    if (Status s = graph::Check(query); !s) return ErrorOf(s);
    View view = Look();
    rocks::WalkSource source(std::move(view.it), view.generation, query.space, query.direction,
                             query.types);
    auto path = graph::FindPath(source, query, may_walk);
    (void)Noted(source.status());
    return path;
  }

  // `after` is the last key of the page before, without its generation, which may be another now.
  Result<ScannedPage> Scan(const std::string& after, std::size_t limit) const override {
    if (Status s = graph::CheckScanLimit(limit); !s) return ErrorOf(s);
    const View view = Look(true);
    const std::string prefix = rocks::GraphPrefix(view.generation);
    ScannedPage page;
    std::string last;
    for (view.it->Seek(after.empty() ? prefix : prefix + after + '\0'); view.it->Valid();
         view.it->Next()) {
      const std::string_view key = view.it->key().ToStringView();
      if (!key.starts_with(prefix)) break;
      auto parts = rocks::ReadKey(key);
      if (!parts) return ErrorOf(Noted(Damaged()));
      if (parts->part == Part::kIn) continue;  // Each edge once.
      auto record = rocks::ReadRecord(view.it->value().ToStringView());
      if (!record) return ErrorOf(Noted(Damaged()));
      if (!record->Lives()) continue;
      if (page.items.size() == limit) {
        page.next = last;
        break;
      }
      last = key.substr(prefix.size());
      page.items.push_back(ItemOf(std::move(*parts), std::move(*record)));
    }
    if (Status s = Noted(FromRocksDb(view.it->status())); !s) return ErrorOf(s);
    return page;
  }

  Result<std::size_t> Sweep(std::int64_t before, std::int64_t passed) override {
    const std::scoped_lock lock(write_);
    rocksdb::WriteBatch batch;
    std::size_t swept = 0;
    const View view = Look(true);
    const std::string prefix = rocks::TombstonePrefix(view.generation);
    for (view.it->Seek(prefix); view.it->Valid() && swept < kMostSwept; view.it->Next()) {
      const std::string_view key = view.it->key().ToStringView();
      if (!key.starts_with(prefix)) break;
      const auto tombstone = rocks::ReadTombstoneKey(key);
      if (!tombstone) return ErrorOf(Noted(Damaged()));
      if (tombstone->dropped_at >= before) break;
      const auto buried = SweepOne(view.generation, tombstone->key, passed, batch);
      if (!buried) return ErrorOf(buried);
      if (!*buried) continue;
      batch.Delete(std::string(key));
      ++swept;
    }
    if (Status s = Noted(FromRocksDb(view.it->status())); !s) return ErrorOf(s);
    if (swept == 0) return swept;
    if (Status s = Write(batch, {}); !s) return ErrorOf(s);
    return swept;
  }

  Result<std::unique_ptr<GraphGeneration>> StartGeneration() override;
  Status Adopt(std::unique_ptr<GraphGeneration> generation, const Position& position) override;

  // Of the generation in the making.
  Status Fill(std::uint32_t generation, rocks::InTheMaking& making,
              const std::vector<GraphOperation>& operations) {
    if (Status s = graph::CheckOperations(operations); !s) return s;
    rocksdb::WriteBatch batch;
    rocks::GraphWriter writer(*database_, generation, batch, &making);
    if (Status s = Noted(writer.Add(operations)); !s) return s;
    if (batch.Count() == 0) return {};
    return Write(batch, Unlogged());
  }

  void GiveUp(std::uint32_t generation) {
    building_ = false;
    if (const Status gone = Remove(generation, generation + 1); !gone) {
      LogWarn("a graph that was given up could not be removed; it goes with the next start",
              {{"reason", gone.error().message}});
    }
  }

 private:
  // 'm' keys begin with a byte that no generation reaches.
  static constexpr std::uint32_t kLastGeneration = 'm' << 24U;

  static rocksdb::WriteOptions Durable() {
    rocksdb::WriteOptions options;
    options.sync = true;
    return options;
  }

  // A crash may lose it: it is made durable by what flushes it.
  static rocksdb::WriteOptions Unlogged() {
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    return options;
  }

  // What was filled, with its lists of neighbours, as one sorted run on disk.
  Status Finish(std::uint32_t generation) {
    const std::string from = rocks::GenerationPrefix(generation);
    const std::string to = rocks::GenerationPrefix(generation + 1);
    const rocksdb::Slice begin_slice(from);
    const rocksdb::Slice end_slice(to);
    Status done = rocks::PackGeneration(*database_, generation);
    if (done) done = FromRocksDb(database_->Flush({}));
    if (done) done = FromRocksDb(database_->CompactRange({}, &begin_slice, &end_slice));
    if (!done) failed_ = true;
    return Noted(done);
  }

  View Look(bool everything = false) const {
    rocksdb::ReadOptions options;
    options.prefix_same_as_start = !everything;
    options.total_order_seek = everything;
    const std::shared_lock lock(swap_);
    return {current_, std::unique_ptr<Iterator>(database_->NewIterator(options))};
  }

  Status Write(rocksdb::WriteBatch& batch, const rocksdb::WriteOptions& options) {
    // After an error (a full disk) it takes no writes until it is told to try again.
    if (failed_.exchange(false)) (void)database_->Resume().ok();
    const rocksdb::Status written = database_->Write(options, &batch);
    if (!written.ok()) failed_ = true;
    return Noted(FromRocksDb(written));
  }

  // Damage is cured by the next start.
  Status Noted(Status status) const {
    if (!status && status.error().code == ErrorCode::kInternal && !marked_.exchange(true)) {
      rocks::MarkDamaged(directory_);
    }
    return status;
  }

  Result<std::optional<Position>> ReadPosition(std::uint32_t generation) const {
    std::string value;
    const rocksdb::Status read = database_->Get({}, rocks::PositionKey(generation), &value);
    if (read.IsNotFound()) return std::optional<Position>();
    if (!read.ok()) return ErrorOf(Noted(FromRocksDb(read)));
    auto position = ParsePosition(value);
    if (!position) return ErrorOf(Noted(Damaged()));
    return position;
  }

  static std::string CursorAfter(const GraphEdge& edge, const Id& node) {
    const bool incoming = edge.from != node;
    return graph::WriteCursor({incoming, edge.type, incoming ? edge.from : edge.to});
  }

  static std::optional<GraphEdge> EdgeOf(const Id& node, Part part, std::string_view type_and_other,
                                         std::string_view value) {
    auto record = rocks::ReadRecord(value);
    const std::size_t end = type_and_other.find('\0');
    if (!record || end == std::string_view::npos) return std::nullopt;
    const std::string type(type_and_other.substr(0, end));
    const Id other(type_and_other.substr(end + 1));
    if (part == Part::kOut) {
      return GraphEdge{node,  record->own_type,   type,
                       other, record->other_type, std::move(record->properties)};
    }
    return GraphEdge{other, record->other_type, type,
                     node,  record->own_type,   std::move(record->properties)};
  }

  static ScannedItem ItemOf(rocks::KeyParts parts, rocks::Record record) {
    if (parts.part == Part::kNode) {
      return {std::move(parts.space),
              GraphNode{std::move(parts.node), record.own_type, std::move(record.properties)}};
    }
    return {std::move(parts.space),
            GraphEdge{std::move(parts.node), record.own_type, std::move(parts.type),
                      std::move(parts.other), record.other_type, std::move(record.properties)}};
  }

  // False for one that must stay: its version was not passed yet.
  Result<bool> SweepOne(std::uint32_t generation, std::string_view key, std::int64_t passed,
                        rocksdb::WriteBatch& batch) const {
    std::string value;
    const rocksdb::Status read = database_->Get({}, rocksdb::Slice(key.data(), key.size()), &value);
    if (!read.ok() && !read.IsNotFound()) return ErrorOf(Noted(FromRocksDb(read)));
    const auto record = read.ok() ? rocks::ReadRecord(value) : std::nullopt;
    const auto parts = rocks::ReadKey(key);
    if (!record || !parts || record->Lives()) return ErrorOf(Noted(Damaged()));
    if (record->drop > passed) return false;
    batch.Delete(std::string(key));
    if (parts->part == Part::kOut) {
      batch.Delete(rocks::EdgeKey(generation, parts->space, parts->other, Part::kIn, parts->type,
                                  parts->node));
    }
    return true;
  }

  // That of the first key from `generation` on.
  std::optional<std::uint32_t> FirstGenerationFrom(std::uint32_t generation) const {
    rocksdb::ReadOptions options;
    options.total_order_seek = true;
    const std::unique_ptr<Iterator> it(database_->NewIterator(options));
    it->Seek(rocks::GenerationPrefix(generation));
    if (!it->Valid() || it->key().size() < 4) return std::nullopt;
    std::uint32_t number = 0;
    for (const char byte : it->key().ToStringView().substr(0, 4)) {
      number = number << 8U | static_cast<unsigned char>(byte);
    }
    if (number >= kLastGeneration) return std::nullopt;
    return number;
  }

  Status RemoveLeftovers() {
    if (current_ > 0) {
      if (Status s = Remove(0, current_); !s) return s;
    }
    return Remove(current_ + 1, kLastGeneration);
  }

  // Generations [first, end). Who reads one goes on reading it.
  Status Remove(std::uint32_t first, std::uint32_t end) {
    const std::string from = rocks::GenerationPrefix(first);
    const std::string to = rocks::GenerationPrefix(end);
    rocksdb::WriteBatch batch;
    batch.DeleteRange(from, to);
    if (end - first == 1) batch.Delete(rocks::PositionKey(first));
    if (Status s = Write(batch, {}); !s) return s;
    const rocksdb::Slice begin_slice(from);
    const rocksdb::Slice end_slice(to);
    // What keeps the room is given back now, not when it happens to be written over.
    return FromRocksDb(database_->CompactRange({}, &begin_slice, &end_slice));
  }

  const std::filesystem::path directory_;
  const std::unique_ptr<rocksdb::DB> database_;
  std::mutex write_;  // Of the generation that is asked: records are read and then written.
  mutable std::shared_mutex swap_;  // For a moment, so that what is looked at is current.
  std::atomic<std::uint32_t> current_ = 1;
  std::uint32_t last_ = 1;  // Under write_.
  std::atomic<bool> building_ = false;
  std::atomic<bool> failed_ = false;
  mutable std::atomic<bool> marked_ = false;
};

class RocksDbGeneration final : public GraphGeneration {
 public:
  RocksDbGeneration(RocksDbGraphStore& store, std::uint32_t number)
      : store_(&store), number_(number) {}
  RocksDbGeneration(const RocksDbGeneration&) = delete;
  RocksDbGeneration& operator=(const RocksDbGeneration&) = delete;
  ~RocksDbGeneration() override {
    if (store_) store_->GiveUp(number_);
  }

  Status Apply(const std::vector<GraphOperation>& operations) override {
    return store_->Fill(number_, making_, operations);
  }

  const RocksDbGraphStore* store() const { return store_; }
  std::uint32_t number() const { return number_; }
  void Keep() { store_ = nullptr; }

 private:
  RocksDbGraphStore* store_;
  const std::uint32_t number_;
  rocks::InTheMaking making_;
};

Result<std::unique_ptr<GraphGeneration>> RocksDbGraphStore::StartGeneration() {
  const std::scoped_lock lock(write_);
  if (building_) return Fail(ErrorCode::kConflict, "graph: another generation is being built");
  if (last_ + 1 >= kLastGeneration) return Fail(ErrorCode::kInternal, "graph: no more generations");
  building_ = true;
  return std::make_unique<RocksDbGeneration>(*this, ++last_);
}

Status RocksDbGraphStore::Adopt(std::unique_ptr<GraphGeneration> generation,
                                const Position& position) {
  auto* ours = dynamic_cast<RocksDbGeneration*>(generation.get());
  if (ours == nullptr || ours->store() != this) Panic("a generation of another graph");
  if (Status s = Finish(ours->number()); !s) return s;
  const std::scoped_lock lock(write_);
  rocksdb::WriteBatch batch;
  batch.Put(std::string(rocks::kCurrentKey), std::to_string(ours->number()));
  batch.Put(rocks::PositionKey(ours->number()), ToString(position));
  const std::uint32_t old = current_;
  {
    const std::unique_lock swap(swap_);
    if (Status s = Write(batch, Durable()); !s) return s;
    current_ = ours->number();
  }
  ours->Keep();
  building_ = false;
  if (const Status gone = Remove(old, old + 1); !gone) {
    LogWarn("the old graph could not be removed; it goes with the next start",
            {{"reason", gone.error().message}});
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<GraphStore>> OpenRocksDbGraphStore(const RocksDbGraphOptions& options) {
  auto database = rocks::OpenDatabaseFiles(options.directory, options.cache_bytes);
  if (!database) return ErrorOf(database);
  auto store = std::make_unique<RocksDbGraphStore>(options.directory, std::move(*database));
  if (const Status begun = store->Begin(); !begun) return ErrorOf(begun);
  return store;
}

}  // namespace heirloom
