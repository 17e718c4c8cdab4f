#include "storage/rocksdb/keys.h"

#include <utility>

namespace heirloom::rocks {
namespace {

constexpr std::size_t kGenerationBytes = 4;
constexpr char kGraph = 'g';
constexpr char kTombstone = 't';
constexpr char kNeighbours = 'a';
constexpr char kDead = 0;
constexpr char kLiving = 1;
constexpr char kInteger = 'i';
constexpr char kText = 's';

void AddBigEndian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out += static_cast<char>((value >> shift) & 0xffU);
  }
}

void AddField(std::string& out, std::string_view text) {
  out += text;
  out += '\0';
}

void AddNumber(std::string& out, std::uint64_t value) {  // LEB128.
  while (value >= 0x80) {
    out += static_cast<char>((value & 0x7fU) | 0x80U);
    value >>= 7U;
  }
  out += static_cast<char>(value);
}

void AddSigned(std::string& out, std::int64_t value) {  // Zigzag.
  const auto bits = static_cast<std::uint64_t>(value);
  AddNumber(out, (bits << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void AddText(std::string& out, std::string_view text) {
  AddNumber(out, text.size());
  out += text;
}

// Reads from the front; what is missing or wrong makes it bad for good.
class Cursor {
 public:
  explicit Cursor(std::string_view rest) : rest_(rest) {}

  char Byte() {
    if (rest_.empty()) return Bad(), '\0';
    const char byte = rest_.front();
    rest_.remove_prefix(1);
    return byte;
  }
  std::uint64_t Number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(Byte());
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if (byte < 0x80) return value;
    }
    Bad();
    return 0;
  }
  std::int64_t Signed() {
    const std::uint64_t value = Number();
    return static_cast<std::int64_t>((value >> 1U) ^ (~(value & 1U) + 1U));
  }
  std::string_view Text() {
    const std::uint64_t size = Number();
    if (size > rest_.size()) return Bad(), std::string_view();
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  std::string_view Field() {
    const std::size_t end = rest_.find('\0');
    if (end == std::string_view::npos) return Bad(), std::string_view();
    const std::string_view field = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return field;
  }
  std::string_view Rest() { return std::exchange(rest_, {}); }
  bool Done() const { return good_ && rest_.empty(); }
  bool Good() const { return good_; }

 private:
  void Bad() {
    good_ = false;
    rest_ = {};
  }

  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

std::string PositionKey(std::uint32_t generation) {
  std::string key = "mposition";
  AddBigEndian(key, generation, kGenerationBytes);
  return key;
}

std::string GenerationPrefix(std::uint32_t generation) {
  std::string key;
  AddBigEndian(key, generation, kGenerationBytes);
  return key;
}

std::string GraphPrefix(std::uint32_t generation) { return GenerationPrefix(generation) + kGraph; }

std::string TombstonePrefix(std::uint32_t generation) {
  return GenerationPrefix(generation) + kTombstone;
}

std::string SpacePrefix(std::uint32_t generation, const GraphSpace& space) {
  std::string key = GraphPrefix(generation);
  AddField(key, space.tenant_id);
  AddField(key, space.legacy_id);
  return key;
}

std::string WalkPrefix(std::uint32_t generation, const GraphSpace& space) {
  return WalkKeyOf(SpacePrefix(generation, space));
}

std::string WalkKeyOf(std::string key) {
  key[kGenerationBytes] = kNeighbours;
  return key;
}

std::string NodePrefix(std::uint32_t generation, const GraphSpace& space, std::string_view node) {
  std::string key = SpacePrefix(generation, space);
  AddField(key, node);
  return key;
}

std::string NodeKey(std::uint32_t generation, const GraphSpace& space, std::string_view node) {
  return NodePrefix(generation, space, node) + static_cast<char>(Part::kNode);
}

std::string EdgeKey(std::uint32_t generation, const GraphSpace& space, std::string_view node,
                    Part part, std::string_view type, std::string_view other) {
  std::string key = NodePrefix(generation, space, node) + static_cast<char>(part);
  AddField(key, type);
  key += other;
  return key;
}

std::string TombstoneKey(std::uint32_t generation, std::int64_t dropped_at, std::string_view key) {
  std::string out = TombstonePrefix(generation);
  // So that times before 1970 sort first.
  AddBigEndian(out, static_cast<std::uint64_t>(dropped_at) ^ (std::uint64_t{1} << 63U), 8);
  out += key;
  return out;
}

std::string After(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) {
    prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  }
  return prefix;
}

std::size_t NodePrefixLength(std::string_view key) {
  if (key.size() <= kGenerationBytes) return 0;
  if (key[kGenerationBytes] != kGraph && key[kGenerationBytes] != kNeighbours) return 0;
  std::size_t at = kGenerationBytes + 1;
  for (int field = 0; field < 3; ++field) {
    const std::size_t end = key.find('\0', at);
    if (end == std::string_view::npos) return 0;
    at = end + 1;
  }
  return at;
}

std::optional<KeyParts> ReadKey(std::string_view key) {
  if (key.size() <= kGenerationBytes || key[kGenerationBytes] != kGraph) return std::nullopt;
  Cursor cursor(key.substr(kGenerationBytes + 1));
  KeyParts parts;
  parts.space.tenant_id = cursor.Field();
  parts.space.legacy_id = cursor.Field();
  parts.node = cursor.Field();
  parts.part = static_cast<Part>(cursor.Byte());
  if (parts.part == Part::kOut || parts.part == Part::kIn) {
    parts.type = cursor.Field();
    parts.other = cursor.Rest();
  } else if (parts.part != Part::kNode) {
    return std::nullopt;
  }
  if (!cursor.Done()) return std::nullopt;
  return parts;
}

std::optional<TombstoneParts> ReadTombstoneKey(std::string_view key) {
  constexpr std::size_t kHead = kGenerationBytes + 1;
  if (key.size() < kHead + 8 || key[kGenerationBytes] != kTombstone) return std::nullopt;
  std::uint64_t bits = 0;
  for (const char byte : key.substr(kHead, 8)) bits = bits << 8U | static_cast<unsigned char>(byte);
  return TombstoneParts{static_cast<std::int64_t>(bits ^ (std::uint64_t{1} << 63U)),
                        key.substr(kHead + 8)};
}

std::string WriteRecord(const Record& record) {
  std::string out;
  if (!record.Lives()) {
    out += kDead;
    AddSigned(out, record.put);
    AddSigned(out, record.drop);
    AddSigned(out, record.dropped_at);
    return out;
  }
  out += kLiving;
  AddText(out, record.other_type);
  AddSigned(out, record.put);
  AddSigned(out, record.drop);
  AddText(out, record.own_type);
  AddNumber(out, record.properties.size());
  for (const auto& [name, value] : record.properties) {
    AddText(out, name);
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      out += kInteger;
      AddSigned(out, *number);
    } else {
      out += kText;
      AddText(out, std::get<std::string>(value));
    }
  }
  return out;
}

std::optional<Record> ReadRecord(std::string_view value) {
  Cursor cursor(value);
  Record record;
  const char kind = cursor.Byte();
  if (kind == kDead) {
    record.put = cursor.Signed();
    record.drop = cursor.Signed();
    record.dropped_at = cursor.Signed();
  } else if (kind == kLiving) {
    record.other_type = cursor.Text();
    record.put = cursor.Signed();
    record.drop = cursor.Signed();
    record.own_type = cursor.Text();
    for (std::uint64_t left = cursor.Number(); left > 0 && cursor.Good(); --left) {
      const std::string name(cursor.Text());
      const bool number = cursor.Byte() == kInteger;
      if (number) {
        record.properties[name] = cursor.Signed();
      } else {
        record.properties[name] = std::string(cursor.Text());
      }
    }
  } else {
    return std::nullopt;
  }
  if (!cursor.Done() || record.Lives() != (kind == kLiving)) return std::nullopt;
  return record;
}

std::optional<std::string_view> OtherTypeIfLiving(std::string_view value) {
  Cursor cursor(value);
  if (cursor.Byte() != kLiving) return std::nullopt;
  const std::string_view type = cursor.Text();
  return cursor.Good() ? std::optional(type) : std::nullopt;
}

}  // namespace heirloom::rocks
