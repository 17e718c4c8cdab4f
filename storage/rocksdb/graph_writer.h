// Turns operations into what is to be written: reads what is known of each key, lets the newest
// version win, and drops edges with their nodes.

#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "storage/graph_rules.h"
#include "storage/rocksdb/adjacency.h"
#include "storage/rocksdb/keys.h"

namespace heirloom::rocks {

// What is known of a generation since it was begun, empty.
struct InTheMaking {
  bool nodes_dropped = false;  // Else no edge needs to look at its ends.
};

// For one batch, by one writer at a time.
class GraphWriter {
 public:
  // `making`: of a generation that nobody asks yet, which is packed when it is whole; lives as long
  // as that.
  GraphWriter(rocksdb::DB& database, std::uint32_t generation, rocksdb::WriteBatch& batch,
              InTheMaking* making)
      : database_(database),
        generation_(generation),
        batch_(batch),
        making_(making),
        adjacency_(database, generation, batch) {}

  // The operations were checked.
  Status Add(const std::vector<GraphOperation>& operations);

 private:
  Result<Record> Read(const std::string& key) const;
  Status ApplyNodes(const graph::Changes& changes);
  Status CollectEdges(const graph::NodeKey& node);
  Status ApplyEdge(const graph::EdgeKey& key, const graph::EdgeChange& change);
  Status LowerByEnd(const GraphSpace& space, const Id& end, bool even_known, Record& record);
  void NoteNeighbours(const graph::EdgeKey& key, const Record& record);
  void Bury(const std::string& key, const Record& before, const Record& after);

  rocksdb::DB& database_;
  const std::uint32_t generation_;
  rocksdb::WriteBatch& batch_;
  InTheMaking* const making_;  // Null: of the generation that is asked.
  AdjacencyWriter adjacency_;
  std::map<graph::NodeKey, graph::Dropped> ends_;  // Drops of nodes, as they are after this batch.
  std::set<graph::EdgeKey> touched_;               // Edges of nodes that are dropped.
};

}  // namespace heirloom::rocks
