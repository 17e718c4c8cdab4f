// How nodes and edges lie in RocksDB. Fields of text end with U+0000, which no id holds: so keys
// sort as the port promises, and no field runs into the next.
//
//   generation  'g'  tenant 0  legacy 0  node 0  1                    the node
//   generation  'g'  tenant 0  legacy 0  node 0  2  type 0  other     an edge from it to `other`
//   generation  'g'  tenant 0  legacy 0  node 0  3  type 0  other     an edge from `other` to it
//   generation  't'  dropped_at  key                                  a tombstone, of node or edge
//   generation  'a'  …                                                neighbours (adjacency.h)
//   'm' name                                                          current generation, position
//
// A generation is four bytes, dropped_at eight, big endian. An edge stands twice, with the same
// content but for which end it calls its own; so all that touches a node lies side by side.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/graph_store.h"

namespace heirloom::rocks {

enum class Part : char { kNode = 1, kOut = 2, kIn = 3 };

inline constexpr std::string_view kCurrentKey = "mgeneration";

std::string PositionKey(std::uint32_t generation);
std::string GenerationPrefix(std::uint32_t generation);
std::string GraphPrefix(std::uint32_t generation);      // Of nodes and edges.
std::string TombstonePrefix(std::uint32_t generation);  // Of tombstones.
std::string SpacePrefix(std::uint32_t generation, const GraphSpace& space);
std::string WalkPrefix(std::uint32_t generation, const GraphSpace& space);  // Of neighbours.
std::string WalkKeyOf(
    std::string key);  // A key of edges, or its beginning, made one of neighbours.
std::string NodePrefix(std::uint32_t generation, const GraphSpace& space, std::string_view node);
std::string NodeKey(std::uint32_t generation, const GraphSpace& space, std::string_view node);
std::string EdgeKey(std::uint32_t generation, const GraphSpace& space, std::string_view node,
                    Part part, std::string_view type, std::string_view other);
std::string TombstoneKey(std::uint32_t generation, std::int64_t dropped_at, std::string_view key);

// The first key after all that begin with `prefix`.
std::string After(std::string prefix);

// The length of what all keys of one node share; 0 for other keys.
std::size_t NodePrefixLength(std::string_view key);

// What a key of a node or edge says. nullopt for damage.
struct KeyParts {
  GraphSpace space;
  Id node;
  Part part = Part::kNode;
  std::string type;  // Of an edge.
  Id other;
};
std::optional<KeyParts> ReadKey(std::string_view key);
// dropped_at and the key, of a tombstone's.
struct TombstoneParts {
  std::int64_t dropped_at = 0;
  std::string_view key;
};
std::optional<TombstoneParts> ReadTombstoneKey(std::string_view key);

// What is known of a node or edge. Of a dead one only the versions count.
struct Record {
  std::int64_t put = -1;
  std::int64_t drop = -1;
  std::int64_t dropped_at = 0;
  std::string own_type;    // Of the node whose key this is.
  std::string other_type;  // Of an edge.
  GraphProperties properties;

  bool Lives() const { return put > drop; }
  bool Exists() const { return put >= 0 || drop >= 0; }
};
std::string WriteRecord(const Record& record);
std::optional<Record> ReadRecord(std::string_view value);  // nullopt for damage.

// The beginning of ReadRecord, for walks: nullopt for a dead one, or damage.
std::optional<std::string_view> OtherTypeIfLiving(std::string_view value);

}  // namespace heirloom::rocks
