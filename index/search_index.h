// SearchIndex is the port to a projection of the stories for finding them by words. It can be
// thrown away and built again at any time; the truth is in the Database. `index/xapian` keeps it in
// the data directory. What every implementation promises is written as tests in
// tests/contract/search_index_contract.cc: change promise and test together.
//
// Access. Every document carries reader terms, every query brings its reader's; only documents
// where the two sets meet are candidates, so the number of candidates does not depend on what the
// reader may not see. The service checks every hit again on the truth.
//
// What a reader may not see changes neither which stories are found nor `more`, suggestions,
// completions or corrections: words are counted apart for every reader term. Only the order of hits
// may differ, since for that stories share the statistics of their words.
//
// Versions, generations: index/story_index.h.
//
// Words are compared without case, accents and typographic variants (PlainKey), and by their stem
// in the language of the story. Text in scripts without spaces is found by any part of it.
//
// Thread-safe as StoryIndex: all of its own may be called from any thread at any time.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "appliance/domain/edtf.h"
#include "appliance/domain/story.h"
#include "index/story_index.h"

namespace heirloom {

inline constexpr std::size_t kMaxSearchHits = 10'000;

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
  std::vector<StoryStatus> statuses;    // One of these; none: any.
  std::vector<std::string> tags;        // All; compared by FoldKey.
  std::optional<std::string> author;    // Compared by FoldKey.
  std::optional<std::string> language;  // RFC 4647 basic filtering: de finds de-AT.
  // Stories whose span of days meets [from, to]; either may be open. Those without never do.
  std::optional<Day> from, to;
  std::size_t limit = 30;  // At most kMaxSearchHits.
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
  std::size_t limit = 8;  // At most 200.
};

struct CompletionQuery {
  std::string tenant_id;
  std::vector<std::string> readers;
  std::string text;       // Its last word is a beginning, unless white space follows it.
  std::size_t limit = 8;  // At most 20.
};

struct CorrectionQuery {
  std::string tenant_id;
  std::vector<std::string> readers;
  std::string text;  // As in SearchQuery.
};

// Where a word of the query stands in a text: bytes [begin, end).
struct TextMatch {
  std::size_t begin = 0;
  std::size_t end = 0;
};

class SearchIndex : public StoryIndex {
 public:
  // Best first (BM25; a word in the title weighs more); of equals the newest change first, then by
  // id. kInvalidArgument: text that is too long, not UTF-8 or with U+0000; a limit beyond the most.
  // kUnavailable when it takes longer than 5 seconds.
  virtual Result<SearchHits> Query(const SearchQuery& query) const = 0;
  virtual Result<SearchHits> Suggest(const SuggestQuery& query) const = 0;

  // Words of stories that the readers may see, of three letters and more, which begin with the two
  // or more characters of the last word of the text and are not that: in small letters with their
  // accents, those first that most stories know. A bounded part of what begins so is looked at.
  virtual Result<std::vector<std::string>> Complete(const CompletionQuery& query) const = 0;

  // The text with words that no story which the readers may see knows, by stem or beginning either,
  // replaced by the nearest that one does: one slip away (a letter wrong, left out, too many, or
  // two changed about) for words of three to five characters, two for longer ones; of equally near
  // the most used. Accents count as no slip. Excluded words, scripts without spaces, and all else
  // in the text stay; of the words the first 8 are looked at. nullopt when nothing was replaced.
  virtual Result<std::optional<std::string>> Correct(const CorrectionQuery& query) const = 0;

  // Where the words of `query` stand in `text`, by stem in the language of the text, in order,
  // without overlap, on borders of characters, at most `limit`; for snippets, which are cut from
  // the truth and not from the index. None for a query text that Query refuses.
  virtual std::vector<TextMatch> FindWords(std::string_view query, std::string_view language,
                                           std::string_view text, std::size_t limit) const = 0;
};

}  // namespace heirloom
