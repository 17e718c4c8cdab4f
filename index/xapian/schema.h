// What a story looks like inside Xapian: the prefixes of its terms and the slots of its values. One
// place, so that the side that writes and the side that asks cannot differ. A change here or in
// index/text makes indexes of old wrong: give kSchemaName a new number and they are built again.
//
//   Q<tenant, id>      the key, unique            W<word>         a word, with positions
//   XT<tenant>         every story, no tombstone  Z<lang>:<stem>  its stem
//   XD                 every tombstone            P<beginning>    2 to 24 characters of a word
//   XR<reader>         who may be shown it        SW SZ SP        the same in the title alone
//   XL<legacy>         XG<tag>   XA<author>       XI<language>, and each shorter range of it
//   XH                 says when it happened         XS<status>
//   K<reader><word>    a word that <reader> may know of: plain, and after a tab as written, if that
//                      is another
//
// Words are PlainKeys: they hold no ASCII capitals, so that prefixes of words cannot collide.
// Beginnings are terms of their own because expanding one when asked would need a bound, and what
// fits into the bound would depend on stories that the reader may not see. For the same reason the
// words that may be proposed to somebody are kept for every reader term apart.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "index/search_index.h"

namespace heirloom::xapian {

inline constexpr std::string_view kSchemaName = "stories-v3";

// Keys of the database's metadata.
inline constexpr char kSchemaKey[] = "schema";
inline constexpr char kPositionKey[] = "position";
inline constexpr char kLanguagesKey[] = "languages";  // Stemmers in use: "de,en".

// Slots of values.
enum Slot : unsigned {
  kVersionSlot = 0,
  kOrderSlot = 1,     // Newest change first, then by id, when sorted as bytes.
  kFirstDaySlot = 2,  // Only where something is known of when it happened.
  kLastDaySlot = 3,
  kDroppedSlot = 4,  // Of a tombstone.
};

// Fields that words are looked for in.
enum class Field { kBody /* the title's words too */, kTitle };

std::string WordTerm(Field field, std::string_view plain_word);
std::string StemTerm(Field field, std::string_view stem_language, std::string_view stem);
std::string BeginningTerm(Field field, std::string_view plain_beginning);

std::string KeyTerm(std::string_view tenant_id, std::string_view id);
std::string TenantTerm(std::string_view tenant_id);
std::string ReaderTerm(std::string_view reader);
std::string LegacyTerm(std::string_view legacy_id);
std::string TagTerm(std::string_view tag);            // Folds.
std::string AuthorTerm(std::string_view author);      // Folds.
std::string LanguageTerm(std::string_view language);  // Folds.
std::string StatusTerm(StoryStatus status);
inline constexpr char kTombstoneTerm[] = "XD";
inline constexpr char kDatedTerm[] = "XH";

// What the terms of one reader's vocabulary begin with: always of the same length. The reader
// stands there by 96 bits of a digest, since a term has little room. After it comes the
// text::KnownWordEntry.
std::string VocabularyPrefix(std::string_view tenant_id, std::string_view reader);

// Numbers as bytes that sort as the numbers do.
std::string SortableNumber(std::int64_t number);
std::optional<std::int64_t> ParseSortableNumber(std::string_view bytes);
std::string OrderValue(std::int64_t updated_at, std::string_view id);

// What a found document tells: the data of the document.
std::string SerializeHit(const SearchHit& hit);
std::optional<SearchHit> ParseHit(std::string_view data);

}  // namespace heirloom::xapian
