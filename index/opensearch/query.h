// What was asked in OpenSearch's query DSL: which stories may be candidates (filters) and which of
// them match the words. Made value by value as JSON; nothing a person typed is read as syntax.

#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/json.h"
#include "index/search_index.h"
#include "index/text/query_text.h"
#include "index/text/text_analysis.h"

namespace heirloom::opensearch {

using text::Clause;

// Parts of a query, each a JSON value.
using Parts = std::vector<std::string>;

// Tenant, readers and what else was narrowed to. None weighs.
Parts FilterOf(const SearchQuery& query);
Parts FilterOf(const SuggestQuery& query);
Parts ReadableBy(std::string_view tenant_id, const std::vector<std::string>& readers);

enum class Field { kBody /* the title's words too */, kTitle };

// The language of what a person types is not known, so that each word is looked for as it stands
// and by its stem in every language that the index holds.
class QueryBuilder {
 public:
  explicit QueryBuilder(const std::set<std::string>& stem_languages);

  // Every clause matches, no excluded one does.
  std::string All(const std::vector<Clause>& clauses, const Parts& filters,
                  Field field = Field::kBody) const;

  // Of the words that need not stand as written one is enough. Stories of `first`, by their keys,
  // come before all others.
  std::string Any(const std::vector<Clause>& clauses, const Parts& filters,
                  const std::vector<std::string>& first) const;
  // Whether Any can find more than All.
  static bool AnyIsWider(const std::vector<Clause>& clauses);

  // Stories that know the word, by stem or beginning too.
  std::string Knows(const Clause& word, const Parts& filters) const;

 private:
  struct Stem {
    std::string stem;
    std::vector<std::string> languages;  // That make it of the word; none: all do.
  };
  std::vector<Stem> StemsOf(const text::Word& word) const;
  std::string OfClause(const Clause& clause, Field field, bool weigh_title) const;
  void AddWord(Parts& any, const text::Word& word, Field field, double weight) const;
  std::string OfLoose(const Clause& clause, Field field, double weight, bool weigh_title) const;
  bool TitlesMayWeigh(const std::vector<Clause>& clauses) const;

  std::vector<text::Stemmer> stemmers_;
};

// A whole search: the best `size` of `query` after what it says of order.
std::string SearchJson(const std::string& query, std::size_t size, bool ranked, bool count);

}  // namespace heirloom::opensearch
