// SearchIndex is the port to a projection of the stories for finding them by words. It can be
// thrown away and built again at any time; the truth is in the Database. `index/xapian` keeps it in
// the data directory. What every implementation promises is written as tests in
// tests/contract/search_index_contract.cc: change promise and test together.
//
// Access. Every document carries reader terms, every query brings its reader's; only documents
// where the two sets meet are candidates, so the number of candidates does not depend on what the
// reader may not see. The service checks every hit again on the truth.
//
// What a reader may not see changes neither which stories are found nor `more`, suggestions
// included; only the order may differ, since stories share the statistics of their words.
//
// Versions. Each operation carries the outbox sequence its state was read at. One that is older
// than what the index holds for that key is ignored; a deletion leaves a tombstone with its
// version, which no query sees. So operations may come twice or late.
//
// Words are compared without case, accents and typographic variants (PlainKey), and by their stem
// in the language of the story. Text in scripts without spaces is found by any part of it.
//
// Thread-safe: queries may be called from any thread at any time; Apply, Commit and Clear by one
// thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "appliance/domain/edtf.h"
#include "appliance/domain/position.h"

namespace heirloom {

// A story as the index keeps it. Key: (tenant_id, id).
struct StoryDocument {
  std::string tenant_id;
  Id id;
  Id legacy_id;
  std::string title;
  std::string text;
  std::vector<std::string> tags;
  std::string author;
  std::string language;  // BCP 47; chooses the stemmer. One without a stemmer: words as they stand.
  std::optional<Edtf> happened_at;
  std::int64_t updated_at = 0;  // Micros; the order without words.
  std::vector<std::string> readers;
};

struct PutStory {
  StoryDocument document;
  std::int64_t version = 0;
};
struct DropStory {
  std::string tenant_id;
  Id id;
  std::int64_t version = 0;
};
using IndexOperation = std::variant<PutStory, DropStory>;

struct SearchQuery {
  std::string tenant_id;
  std::vector<std::string> readers;  // None: no hits.
  // What the person typed, at most 4,096 bytes and the first 32 words of it:
  //   words       in title or text. All must match; but when fewer than 3 stories that pass the
  //               filters match them all, one word is enough, and stories with all come first.
  //               Questions in whole sentences find something that way.
  //   the last    word may be a beginning of 2 to 24 characters, unless white space follows it.
  //   "phrases"   words side by side, as written, not by stem. Always required.
  //   -word  -"a phrase"   keeps stories out.
  // There is no other syntax. White space alone: everything that passes the filters, newest change
  // first. No word in it at all, as in "?!": nothing.
  std::string text;
  std::optional<Id> legacy_id;
  std::vector<std::string> tags;        // All; compared by FoldKey.
  std::optional<std::string> author;    // Compared by FoldKey.
  std::optional<std::string> language;  // RFC 4647 basic filtering: de finds de-AT.
  // Stories whose span of days meets [from, to]; either may be open. Those without never do.
  std::optional<Day> from, to;
  std::size_t offset = 0;  // At most 10,000.
  std::size_t limit = 30;  // At most 200.
};

struct SearchHit {
  Id id;
  Id legacy_id;
};

struct SearchHits {
  std::vector<SearchHit> hits;
  bool more = false;  // There are further candidates after these.
};

struct SuggestQuery {
  std::string tenant_id;
  std::vector<std::string> readers;
  std::string
      text;  // As in SearchQuery, but all words must match, in the title. -excluded: ignored.
  std::optional<Id> legacy_id;
  std::size_t limit = 8;
};

// Where a word of the query stands in a text: bytes [begin, end).
struct TextMatch {
  std::size_t begin = 0;
  std::size_t end = 0;
};

class SearchIndex {
 public:
  virtual ~SearchIndex() = default;

  // Stages `operations`, in order, and `position`. They are visible and durable together with the
  // next Commit; before it a crash loses both, so that tailing the outbox goes on where it must.
  // When Apply or Commit fails, all that was staged is dropped: go on from Committed().
  virtual Status Apply(const std::vector<IndexOperation>& operations, const Position& position) = 0;

  // Makes all that was staged durable and visible in one step. Costly: batch.
  virtual Status Commit() = 0;

  // The position of the newest commit. nullopt for a new, empty index.
  virtual Result<std::optional<Position>> Committed() const = 0;

  // Empties it at once, position and versions included. What was staged is dropped.
  virtual Status Clear() = 0;

  // Best first (BM25; a word in the title weighs more); of equals the newest change first, then by
  // id. kInvalidArgument: text that is too long, not UTF-8 or with U+0000; an offset or limit
  // beyond the most. kUnavailable when it takes longer than 5 seconds.
  virtual Result<SearchHits> Query(const SearchQuery& query) const = 0;
  virtual Result<SearchHits> Suggest(const SuggestQuery& query) const = 0;

  // Where the words of `query` stand in `text`, by stem in the language of the text, in order,
  // without overlap, on borders of characters, at most `limit`; for snippets, which are cut from
  // the truth and not from the index. None for a query text that Query refuses.
  virtual std::vector<TextMatch> FindWords(std::string_view query, std::string_view language,
                                           std::string_view text, std::size_t limit) const = 0;
};

}  // namespace heirloom
