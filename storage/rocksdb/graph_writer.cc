#include "storage/rocksdb/graph_writer.h"

#include <memory>
#include <utility>

#include "storage/rocksdb/database_files.h"

namespace heirloom::rocks {
namespace {

tl::unexpected<Error> Damaged() {
  return Fail(ErrorCode::kInternal, "graph: a record cannot be read");
}

bool Raise(Record& record, const graph::Dropped& drop) {
  if (drop.version <= record.drop) return false;
  record.drop = drop.version;
  record.dropped_at = drop.at;
  return true;
}

}  // namespace

Status GraphWriter::Add(const std::vector<GraphOperation>& operations) {
  const graph::Changes changes = graph::FoldOperations(operations);
  if (Status s = ApplyNodes(changes); !s) return s;
  for (const auto& [key, change] : changes.edges) {
    if (Status s = ApplyEdge(key, change); !s) return s;
    touched_.erase(key);
  }
  for (const graph::EdgeKey& key : touched_) {
    if (Status s = ApplyEdge(key, {}); !s) return s;
  }
  return adjacency_.Finish();
}

Status GraphWriter::ApplyNodes(const graph::Changes& changes) {
  for (const auto& [key, change] : changes.nodes) {
    const std::string name = NodeKey(generation_, key.space, key.id);
    const Result<Record> known = Read(name);
    if (!known) return ErrorOf(known);
    Record record = *known;
    const bool dropped = Raise(record, change.drop);
    const bool put = change.put && change.put->version > record.put;
    if (put) {
      record.put = change.put->version;
      record.own_type = change.put->node.type;
      record.properties = change.put->node.properties;
    }
    ends_[key] = {record.drop, record.dropped_at};
    if (!dropped && !put) continue;
    Bury(name, *known, record);
    batch_.Put(name, WriteRecord(record));
    if (!dropped) continue;
    if (making_) making_->nodes_dropped = true;
    if (Status s = CollectEdges(key); !s) return s;
  }
  return {};
}

Status GraphWriter::CollectEdges(const graph::NodeKey& node) {
  const std::string prefix = NodePrefix(generation_, node.space, node.id);
  rocksdb::ReadOptions options;
  options.prefix_same_as_start = true;
  const std::unique_ptr<rocksdb::Iterator> it(database_.NewIterator(options));
  for (it->Seek(prefix); it->Valid(); it->Next()) {
    const auto parts = ReadKey(it->key().ToStringView());
    if (!parts) return Damaged();
    if (parts->part == Part::kNode) continue;
    const bool out = parts->part == Part::kOut;
    touched_.insert(
        {node.space, out ? node.id : parts->other, parts->type, out ? parts->other : node.id});
  }
  return FromRocksDb(it->status());
}

Status GraphWriter::ApplyEdge(const graph::EdgeKey& key, const graph::EdgeChange& change) {
  const std::string out = EdgeKey(generation_, key.space, key.from, Part::kOut, key.type, key.to);
  const Result<Record> known = Read(out);
  if (!known) return ErrorOf(known);
  Record record = *known;
  bool changed = Raise(record, change.drop);
  const std::int64_t before = record.drop;
  // What was known when an end was dropped was told then.
  const bool is_new = !known->Exists();
  if (Status s = LowerByEnd(key.space, key.from, is_new, record); !s) return s;
  if (Status s = LowerByEnd(key.space, key.to, is_new, record); !s) return s;
  changed = changed || (record.drop != before && !is_new);
  if (change.put && change.put->version > record.put) {
    record.put = change.put->version;
    record.own_type = change.put->edge.from_type;
    record.other_type = change.put->edge.to_type;
    record.properties = change.put->edge.properties;
    changed = true;
  }
  if (!changed) return {};
  Bury(out, *known, record);
  batch_.Put(out, WriteRecord(record));
  if (!making_) NoteNeighbours(key, record);
  std::swap(record.own_type, record.other_type);
  batch_.Put(EdgeKey(generation_, key.space, key.to, Part::kIn, key.type, key.from),
             WriteRecord(record));
  return {};
}

void GraphWriter::NoteNeighbours(const graph::EdgeKey& key, const Record& record) {
  std::optional<std::string> from_type, to_type;
  if (record.Lives()) {
    from_type = record.own_type;
    to_type = record.other_type;
  }
  adjacency_.Note(key.space, key.from, Part::kOut, key.type, key.to, std::move(to_type));
  adjacency_.Note(key.space, key.to, Part::kIn, key.type, key.from, std::move(from_type));
}

Status GraphWriter::LowerByEnd(const GraphSpace& space, const Id& end, bool even_known,
                               Record& record) {
  auto found = ends_.find({space, end});
  const bool may_be_dropped = !making_ || making_->nodes_dropped;
  if (found == ends_.end() && even_known && may_be_dropped) {
    const Result<Record> node = Read(NodeKey(generation_, space, end));
    if (!node) return ErrorOf(node);
    found = ends_.emplace(graph::NodeKey{space, end}, graph::Dropped{node->drop, node->dropped_at})
                .first;
  }
  if (found != ends_.end()) Raise(record, found->second);
  return {};
}

Result<Record> GraphWriter::Read(const std::string& key) const {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status = database_.Get({}, database_.DefaultColumnFamily(), key, &value);
  if (status.IsNotFound()) return Record();
  if (!status.ok()) return Failure(status);
  auto record = ReadRecord(value.ToStringView());
  if (!record) return Damaged();
  return std::move(*record);
}

// A tombstone is found by its time when it is swept. One that came back to life has none.
void GraphWriter::Bury(const std::string& key, const Record& before, const Record& after) {
  const bool was = before.Exists() && !before.Lives();
  const bool is = !after.Lives();
  if (was && (!is || before.dropped_at != after.dropped_at)) {
    batch_.Delete(TombstoneKey(generation_, before.dropped_at, key));
  }
  if (is) batch_.Put(TombstoneKey(generation_, after.dropped_at, key), "");
}

}  // namespace heirloom::rocks
