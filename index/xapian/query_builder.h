// What was asked as a Xapian query: which stories may be candidates (filters) and which of them
// match the words.

#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "index/search_index.h"
#include "index/text/query_text.h"
#include "index/text/text_analysis.h"
#include "index/xapian/ranking.h"
#include "index/xapian/schema.h"

namespace Xapian {
class Query;
}

namespace heirloom::xapian {

using text::Clause;
using text::Stemmer;
using text::Word;

// Tenant, readers and what else was narrowed to. Does not weigh.
Xapian::Query FilterOf(const SearchQuery& query);
Xapian::Query FilterOf(const SuggestQuery& query);
Xapian::Query ReadableBy(std::string_view tenant_id, const std::vector<std::string>& readers);

// Matches every story until `deadline`, then throws TimedOut out of the matcher: Xapian's own time
// limit cuts the answer short without a word. To be ANDed with a filter; good for one search.
struct TimedOut {};
Xapian::Query Until(std::chrono::steady_clock::time_point deadline);

// The language of what a person types is not known, so that each word is looked for as it stands
// and by its stem in every language that the index holds.
class QueryBuilder {
 public:
  // `stem_languages`: "de,en", as the index's metadata says.
  QueryBuilder(std::string_view stem_languages, const Ranking& ranking);

  // Every clause matches, no excluded one does.
  Xapian::Query All(const std::vector<Clause>& clauses, Field field = Field::kBody) const;

  // Stories that know the word, by stem or beginning too.
  Xapian::Query Knows(const Clause& word) const;

  // As All, but of the words that need not stand as written one is enough. What matches All comes
  // before everything else.
  Xapian::Query Any(const std::vector<Clause>& clauses) const;
  // Whether Any can find more than All.
  static bool AnyIsWider(const std::vector<Clause>& clauses);

 private:
  Xapian::Query OfClause(const Clause& clause, Field field) const;
  Xapian::Query OfLoose(const Clause& clause, Field field) const;
  Xapian::Query OfWord(const Word& word, Field field) const;

  const Ranking ranking_;
  std::vector<Stemmer> stemmers_;
};

}  // namespace heirloom::xapian
