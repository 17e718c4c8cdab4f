#include "storage/rocksdb/walk_source.h"

#include <algorithm>
#include <utility>

#include "storage/rocksdb/adjacency.h"
#include "storage/rocksdb/database_files.h"

namespace heirloom::rocks {
namespace {

std::vector<std::string> EndsOf(GraphDirection direction, std::vector<std::string> types) {
  if (types.empty() && direction == GraphDirection::kBoth) return {""};
  std::sort(types.begin(), types.end());
  types.erase(std::unique(types.begin(), types.end()), types.end());
  std::vector<std::string> ends;
  for (const auto& [part, other_way] :
       {std::pair(Part::kOut, GraphDirection::kIn), std::pair(Part::kIn, GraphDirection::kOut)}) {
    if (direction == other_way) continue;
    const std::string begin(1, static_cast<char>(part));
    if (types.empty()) ends.push_back(begin);
    for (const std::string& type : types) ends.push_back(begin + type + '\0');
  }
  return ends;
}

}  // namespace

WalkSource::WalkSource(std::unique_ptr<rocksdb::Iterator> it, std::uint32_t generation,
                       const GraphSpace& space, GraphDirection direction,
                       std::vector<std::string> types)
    : it_(std::move(it)),
      key_(WalkPrefix(generation, space)),
      space_size_(key_.size()),
      ends_(EndsOf(direction, std::move(types))) {}

Status WalkSource::Edges(std::span<const std::string_view> nodes, std::size_t /*most*/,
                         const OnEdge& on_edge) {
  bool more = true;
  for (std::size_t node = 0; more && node < nodes.size(); ++node) {
    for (std::size_t i = 0; more && i < ends_.size(); ++i) {
      key_.resize(space_size_);
      key_ += nodes[node];
      key_ += '\0';
      key_ += ends_[i];
      more = Pieces(node, on_edge);
    }
  }
  return status();
}

Status WalkSource::status() const {
  if (damaged_) return Fail(ErrorCode::kInternal, "graph: a list of neighbours cannot be read");
  return FromRocksDb(it_->status());
}

bool WalkSource::Pieces(std::size_t node, const OnEdge& on_edge) {
  for (it_->Seek(key_); it_->Valid() && it_->key().starts_with(key_); it_->Next()) {
    NeighbourReader piece(it_->value().ToStringView());
    while (piece.Next()) {
      if (!on_edge(node, piece.other(), piece.type())) return false;
    }
    damaged_ = !piece.good();
    if (damaged_) return false;
  }
  return true;
}

}  // namespace heirloom::rocks
