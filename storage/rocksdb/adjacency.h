// Who a node's neighbours are, packed for walks: what the keys of its edges say once more, without
// what a walk does not ask for, many edges to a value.
//
//   generation  'a'  tenant 0  legacy 0  node 0  part  type 0  from     neighbours from `from` on
//
// A list, as all the edges of one node, direction and type, is cut into pieces; a piece ends where
// the next begins, and only the first one's `from` is empty. A value holds living neighbours alone,
// in the order of their ids. An id that is a UUID takes 17 bytes.

#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "storage/rocksdb/keys.h"

namespace heirloom::rocks {

// Reads a piece from its beginning. Views die with the next call and with the value.
class NeighbourReader {
 public:
  explicit NeighbourReader(std::string_view value) : rest_(value) {}

  bool Next();  // False at the end, or at damage: then !good().
  std::string_view other() const { return other_; }
  std::string_view type() const { return type_; }
  bool good() const { return good_; }

 private:
  bool Damaged();
  bool Take(std::size_t size, std::string_view& text);

  std::string_view rest_;
  std::string_view other_;
  std::string_view type_;
  std::array<char, 36> uuid_{};
  bool good_ = true;
};

// Makes a piece: neighbours are added in order.
class NeighbourPacker {
 public:
  void Add(std::string_view other, std::string_view type);
  std::size_t count() const { return count_; }
  const std::string& value() const { return value_; }
  void Clear();

 private:
  std::string value_;
  std::string type_;  // Of the one before.
  std::size_t count_ = 0;
};

// Changes of lists in one batch, by one writer at a time.
class AdjacencyWriter {
 public:
  AdjacencyWriter(rocksdb::DB& database, std::uint32_t generation, rocksdb::WriteBatch& batch)
      : database_(database), generation_(generation), batch_(batch) {}

  // `other_type`: nullopt for one that is no neighbour any more.
  void Note(const GraphSpace& space, std::string_view node, Part part, std::string_view type,
            const std::string& other, std::optional<std::string> other_type);
  // Adds to the batch what was noted.
  Status Finish();

 private:
  using Changes = std::map<std::string, std::optional<std::string>>;  // By id of the other.

  Status ChangeList(rocksdb::Iterator& it, const std::string& list, const Changes& changes);
  void WritePieces(const std::string& list, const std::string& from,
                   const std::map<std::string, std::string>& neighbours);

  rocksdb::DB& database_;
  const std::uint32_t generation_;
  rocksdb::WriteBatch& batch_;
  std::map<std::string, Changes> lists_;  // By what the keys of their pieces begin with.
};

// Packs all edges of a generation that nobody asks yet. Nothing of it is durable before a flush.
Status PackGeneration(rocksdb::DB& database, std::uint32_t generation);

}  // namespace heirloom::rocks
