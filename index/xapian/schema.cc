#include "index/xapian/schema.h"

#include <algorithm>

#include "appliance/base/encoding.h"
#include "appliance/base/text.h"

namespace heirloom::xapian {
namespace {

// Xapian takes 245 bytes a term, and a zero byte counts twice.
constexpr std::size_t kMaxValueBytes = 200;

// A value as part of a term. One that does not fit is replaced by its digest; the mark before it
// keeps the two kinds apart.
std::string Bounded(std::string_view prefix, std::string_view value) {
  const bool fits = value.size() <= kMaxValueBytes && value.find('\0') == std::string_view::npos;
  std::string term(prefix);
  term += fits ? ':' : '#';
  term += fits ? std::string(value) : Sha256Hex(value);
  return term;
}

std::string FieldPrefix(Field field, char kind) {
  return field == Field::kTitle ? std::string{'S', kind} : std::string{kind};
}

}  // namespace

std::string WordTerm(Field field, std::string_view plain_word) {
  return FieldPrefix(field, 'W').append(plain_word);
}

std::string StemTerm(Field field, std::string_view stem_language, std::string_view stem) {
  return FieldPrefix(field, 'Z').append(stem_language).append(":").append(stem);
}

std::string BeginningTerm(Field field, std::string_view plain_beginning) {
  return FieldPrefix(field, 'P').append(plain_beginning);
}

std::string KeyTerm(std::string_view tenant_id, std::string_view id) {
  // The length parts "ab"+"c" from "a"+"bc".
  std::string key = std::to_string(tenant_id.size());
  key.append("/").append(tenant_id).append("/").append(id);
  return Bounded("Q", key);
}

std::string TenantTerm(std::string_view tenant_id) { return Bounded("XT", tenant_id); }
std::string ReaderTerm(std::string_view reader) { return Bounded("XR", reader); }
std::string LegacyTerm(std::string_view legacy_id) { return Bounded("XL", legacy_id); }
std::string TagTerm(std::string_view tag) { return Bounded("XG", FoldKey(tag)); }
std::string AuthorTerm(std::string_view author) { return Bounded("XA", FoldKey(author)); }
std::string LanguageTerm(std::string_view language) { return Bounded("XI", FoldKey(language)); }

std::string StatusTerm(StoryStatus status) { return std::string("XS").append(ToString(status)); }

std::string VocabularyPrefix(std::string_view tenant_id, std::string_view reader) {
  constexpr std::size_t kDigestHex = 24;
  const std::string whose =
      std::to_string(tenant_id.size()).append("/").append(tenant_id).append(reader);
  return "K" + Sha256Hex(whose).substr(0, kDigestHex);
}

std::string SortableNumber(std::int64_t number) {
  // Big endian with the sign bit turned, so that negative numbers come first.
  const std::uint64_t bits = static_cast<std::uint64_t>(number) ^ (std::uint64_t{1} << 63);
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(bits >> (56 - 8 * i) & 0xff);
  return bytes;
}

std::optional<std::int64_t> ParseSortableNumber(std::string_view bytes) {
  if (bytes.size() != 8) return std::nullopt;
  std::uint64_t bits = 0;
  for (const char byte : bytes) bits = bits << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(bits ^ (std::uint64_t{1} << 63));
}

std::string OrderValue(std::int64_t updated_at, std::string_view id) {
  return SortableNumber(~updated_at).append(id);
}

std::string SerializeHit(const SearchHit& hit) { return hit.id + '\n' + hit.legacy_id; }

std::optional<SearchHit> ParseHit(std::string_view data) {
  const std::size_t end = data.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  return SearchHit{std::string(data.substr(0, end)), std::string(data.substr(end + 1))};
}

}  // namespace heirloom::xapian
