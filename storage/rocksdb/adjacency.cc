#include "storage/rocksdb/adjacency.h"

#include <memory>
#include <utility>

#include "storage/rocksdb/database_files.h"

namespace heirloom::rocks {
namespace {

constexpr std::size_t kMostInPiece = 64;
constexpr std::size_t kBatchBytes = 1u << 20;
constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kUuidChars = 36;
// What an entry begins with.
constexpr unsigned char kIsUuid = 1;
constexpr unsigned char kSameType = 2;  // As the entry before.

constexpr std::string_view kHex = "0123456789abcdef";

constexpr std::array<int, 256> MakeHexValues() {
  std::array<int, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kHex.size(); ++i) {
    values[static_cast<unsigned char>(kHex[i])] = static_cast<int>(i);
  }
  return values;
}

constexpr std::array<std::array<char, 2>, 256> MakeHexPairs() {
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {kHex[i / 16], kHex[i % 16]};
  return pairs;
}

constexpr std::array<int, 256> kHexValues = MakeHexValues();
constexpr std::array<std::array<char, 2>, 256> kHexPairs = MakeHexPairs();

constexpr bool IsDash(std::size_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

// Only as UuidText writes it: what is read must be what was written.
bool AddUuid(std::string& out, std::string_view text) {
  if (text.size() != kUuidChars) return false;
  std::array<char, kUuidBytes> bytes;
  std::size_t size = 0;
  for (std::size_t at = 0; at < kUuidChars;) {
    if (IsDash(at)) {
      if (text[at++] != '-') return false;
      continue;
    }
    const int high = kHexValues[static_cast<unsigned char>(text[at])];
    const int low = kHexValues[static_cast<unsigned char>(text[at + 1])];
    if (high < 0 || low < 0) return false;
    bytes[size++] = static_cast<char>(high * 16 + low);
    at += 2;
  }
  out.append(bytes.data(), bytes.size());
  return true;
}

void UuidText(std::string_view bytes, std::array<char, kUuidChars>& out) {
  std::size_t at = 0;
  for (const char byte : bytes) {
    if (IsDash(at)) out[at++] = '-';
    const auto& pair = kHexPairs[static_cast<unsigned char>(byte)];
    out[at] = pair[0];
    out[at + 1] = pair[1];
    at += 2;
  }
}

std::string ListKey(std::uint32_t generation, const GraphSpace& space, std::string_view node,
                    Part part, std::string_view type) {
  std::string key = WalkPrefix(generation, space);
  key += node;
  key += '\0';
  key += static_cast<char>(part);
  key += type;
  key += '\0';
  return key;
}

tl::unexpected<Error> Damaged() {
  return Fail(ErrorCode::kInternal, "graph: a list of neighbours cannot be read");
}

}  // namespace

bool NeighbourReader::Damaged() {
  good_ = false;
  return false;
}

bool NeighbourReader::Take(std::size_t size, std::string_view& text) {
  if (size > rest_.size()) return Damaged();
  text = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return true;
}

// Ids are at most 200 bytes and types 40: one byte says how long they are.
bool NeighbourReader::Next() {
  if (rest_.empty()) return false;
  const auto kind = static_cast<unsigned char>(rest_.front());
  rest_.remove_prefix(1);
  if (kind > (kIsUuid | kSameType)) return Damaged();
  std::string_view size;
  if ((kind & kIsUuid) != 0) {
    std::string_view bytes;
    if (!Take(kUuidBytes, bytes)) return false;
    UuidText(bytes, uuid_);
    other_ = {uuid_.data(), uuid_.size()};
  } else if (!Take(1, size) || !Take(static_cast<unsigned char>(size.front()), other_)) {
    return false;
  }
  if ((kind & kSameType) != 0) return !type_.empty() || Damaged();
  return Take(1, size) && Take(static_cast<unsigned char>(size.front()), type_);
}

void NeighbourPacker::Add(std::string_view other, std::string_view type) {
  const std::size_t head = value_.size();
  unsigned char kind = 0;
  value_ += '\0';
  if (AddUuid(value_, other)) {
    kind |= kIsUuid;
  } else {
    value_ += static_cast<char>(other.size());
    value_ += other;
  }
  if (count_ > 0 && type == type_) {
    kind |= kSameType;
  } else {
    value_ += static_cast<char>(type.size());
    value_ += type;
    type_ = type;
  }
  value_[head] = static_cast<char>(kind);
  ++count_;
}

void NeighbourPacker::Clear() {
  value_.clear();
  count_ = 0;
}

void AdjacencyWriter::Note(const GraphSpace& space, std::string_view node, Part part,
                           std::string_view type, const std::string& other,
                           std::optional<std::string> other_type) {
  lists_[ListKey(generation_, space, node, part, type)][other] = std::move(other_type);
}

Status AdjacencyWriter::Finish() {
  if (lists_.empty()) return {};
  rocksdb::ReadOptions options;
  options.total_order_seek = true;  // Looking for the key before one knows no prefix.
  const std::unique_ptr<rocksdb::Iterator> it(database_.NewIterator(options));
  for (const auto& [list, changes] : lists_) {
    if (Status s = ChangeList(*it, list, changes); !s) return s;
  }
  lists_.clear();
  return {};
}

// Piece by piece: of a long list only those are read that change.
Status AdjacencyWriter::ChangeList(rocksdb::Iterator& it, const std::string& list,
                                   const Changes& changes) {
  for (auto change = changes.begin(); change != changes.end();) {
    it.SeekForPrev(list + change->first);
    std::string from;  // Where the piece begins; one more is made when it is not there.
    std::map<std::string, std::string> neighbours;
    const bool there = it.Valid() && it.key().starts_with(list);
    if (there) {
      from = it.key().ToStringView().substr(list.size());
      NeighbourReader reader(it.value().ToStringView());
      while (reader.Next()) neighbours.emplace(reader.other(), reader.type());
      if (!reader.good()) return Damaged();
      it.Next();
    } else {
      it.Seek(list);
    }
    std::optional<std::string> end;
    if (it.Valid() && it.key().starts_with(list)) {
      end = it.key().ToStringView().substr(list.size());
    }
    if (Status s = FromRocksDb(it.status()); !s) return s;
    for (; change != changes.end() && (!end || change->first < *end); ++change) {
      if (change->second) {
        neighbours[change->first] = *change->second;
      } else {
        neighbours.erase(change->first);
      }
    }
    if (!neighbours.empty()) {
      WritePieces(list, from, neighbours);
    } else if (there) {
      batch_.Delete(list + from);
    }
  }
  return {};
}

// One that has become too long is cut in halves, or what came at once into many.
void AdjacencyWriter::WritePieces(const std::string& list, const std::string& from,
                                  const std::map<std::string, std::string>& neighbours) {
  const std::size_t most = neighbours.size() > kMostInPiece ? kMostInPiece / 2 : neighbours.size();
  NeighbourPacker packer;
  std::string key = list + from;
  for (const auto& [other, type] : neighbours) {
    if (packer.count() == most) {
      batch_.Put(key, packer.value());
      packer.Clear();
      key = list + other;
    }
    packer.Add(other, type);
  }
  batch_.Put(key, packer.value());
}

Status PackGeneration(rocksdb::DB& database, std::uint32_t generation) {
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;
  rocksdb::ReadOptions options;
  options.total_order_seek = true;
  options.fill_cache = false;
  options.readahead_size = 1u << 20;
  const std::string prefix = GraphPrefix(generation);
  const std::unique_ptr<rocksdb::Iterator> it(database.NewIterator(options));
  rocksdb::WriteBatch batch;
  NeighbourPacker packer;
  std::string list;  // Of the piece that is being made, without which byte tells it from edges.
  std::string from;
  const auto put = [&] {
    if (packer.count() == 0) return;
    batch.Put(WalkKeyOf(list) + from, packer.value());
    packer.Clear();
  };
  for (it->Seek(prefix); it->Valid(); it->Next()) {
    const std::string_view key = it->key().ToStringView();
    if (!key.starts_with(prefix)) break;
    const std::size_t node_end = NodePrefixLength(key);
    if (node_end == 0 || node_end >= key.size()) return Damaged();
    if (static_cast<Part>(key[node_end]) == Part::kNode) continue;
    const auto other_type = OtherTypeIfLiving(it->value().ToStringView());
    if (!other_type) continue;
    const std::size_t type_end = key.find('\0', node_end);
    if (type_end == std::string_view::npos) return Damaged();
    const std::string_view other = key.substr(type_end + 1);
    if (key.substr(0, type_end + 1) != list) {
      put();
      list = key.substr(0, type_end + 1);
      from.clear();
    } else if (packer.count() == kMostInPiece) {
      put();
      from = other;
    }
    packer.Add(other, *other_type);
    if (batch.GetDataSize() < kBatchBytes) continue;
    if (Status s = FromRocksDb(database.Write(unlogged, &batch)); !s) return s;
    batch.Clear();
  }
  put();
  if (Status s = FromRocksDb(it->status()); !s) return s;
  return FromRocksDb(database.Write(unlogged, &batch));
}

}  // namespace heirloom::rocks
