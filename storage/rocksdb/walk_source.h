// What walks ask for, read from the packed lists of one generation.

#pragma once

#include <rocksdb/db.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/graph_walk.h"

namespace heirloom::rocks {

class WalkSource final : public graph::EdgeSource {
 public:
  // `it` sees what is there by prefixes.
  WalkSource(std::unique_ptr<rocksdb::Iterator> it, std::uint32_t generation,
             const GraphSpace& space, GraphDirection direction, std::vector<std::string> types);

  Status Edges(std::span<const std::string_view> nodes, std::size_t most,
               const OnEdge& on_edge) override;
  std::size_t AtOnce() const override { return kMaxWalkNodes; }

  // Whether all that was read could be.
  Status status() const;

 private:
  // Of all keys that begin with key_. False to stop.
  bool Pieces(std::size_t node, const OnEdge& on_edge);

  const std::unique_ptr<rocksdb::Iterator> it_;
  std::string key_;
  const std::size_t space_size_;
  std::vector<std::string> ends_;  // What follows the node in the keys that are wanted, in order.
  bool damaged_ = false;
};

}  // namespace heirloom::rocks
