#include "index/opensearch/query.h"

#include <algorithm>
#include <map>
#include <utility>

#include "appliance/base/text.h"
#include "index/opensearch/schema.h"
#include "index/text/known_words.h"

namespace heirloom::opensearch {
namespace {

// How much what counts when hits are put in order; BM25 itself is OpenSearch's (k1 1.2, b 0.75).
constexpr double kExact = 0.1;      // A word as it was typed, beside its stem.
constexpr double kTitle = 0.3;      // The word in the title, beside the word anywhere.
constexpr double kBeginning = 1.0;  // A word of the title that begins so.
constexpr double kFirst = 1e4;      // More than any sum of word weights.

// OpenSearch takes 1,024 clauses. Words of the title are in the body too: where there would be too
// many, they are left out, which changes the order alone.
constexpr std::size_t kMostClauses = 900;

const char* WordsOf(Field field) { return field == Field::kTitle ? "title" : "body"; }
const char* StemsOf(Field field) { return field == Field::kTitle ? "title_stems" : "stems"; }

std::string Term(std::string_view field, std::string_view value) {
  JsonWriter json;
  json.BeginObject().Key("term").BeginObject().Member(field, value).EndObject().EndObject();
  return json.Take();
}

std::string Term(std::string_view field, std::string_view value, double weight) {
  JsonWriter json;
  json.BeginObject().Key("term").BeginObject().Key(field).BeginObject().Member("value", value);
  json.Key("boost").Number(weight).EndObject().EndObject().EndObject();
  return json.Take();
}

template <typename Values>
std::string Terms(std::string_view field, const Values& values) {
  JsonWriter json;
  json.BeginObject().Key("terms").BeginObject().Key(field).BeginArray();
  for (const auto& value : values) json.String(value);
  json.EndArray().EndObject().EndObject();
  return json.Take();
}

std::string Range(std::string_view field, std::string_view side, std::int64_t value) {
  JsonWriter json;
  json.BeginObject().Key("range").BeginObject().Key(field).BeginObject().Member(side, value);
  json.EndObject().EndObject().EndObject();
  return json.Take();
}

std::string Constant(const std::string& query, double weight) {
  JsonWriter json;
  json.BeginObject().Key("constant_score").BeginObject().Key("filter").Raw(query);
  json.Key("boost").Number(weight).EndObject().EndObject();
  return json.Take();
}

std::string Prefix(std::string_view field, std::string_view beginning) {
  JsonWriter json;
  json.BeginObject().Key("prefix").BeginObject().Key(field).BeginObject();
  json.Member("value", beginning).EndObject().EndObject().EndObject();
  return json.Take();
}

// The words are without blanks, so that OpenSearch splits them as they were.
std::string Phrase(Field field, const std::vector<text::Word>& words, double weight) {
  if (words.size() == 1) return Term(WordsOf(field), words.front().plain, weight);
  std::string joined;
  for (const text::Word& word : words) joined += (joined.empty() ? "" : " ") + word.plain;
  JsonWriter json;
  json.BeginObject().Key("match_phrase").BeginObject().Key(WordsOf(field)).BeginObject();
  json.Member("query", joined).Key("boost").Number(weight).EndObject().EndObject().EndObject();
  return json.Take();
}

struct Bool {
  Parts must, should, must_not, filter;

  std::string Take() const {
    JsonWriter json;
    json.BeginObject().Key("bool").BeginObject();
    Write(json, "must", must);
    Write(json, "should", should);
    Write(json, "must_not", must_not);
    Write(json, "filter", filter);
    if (!should.empty()) json.Member("minimum_should_match", 1);
    json.EndObject().EndObject();
    return json.Take();
  }

 private:
  static void Write(JsonWriter& json, std::string_view key, const Parts& parts) {
    if (parts.empty()) return;
    json.Key(key).BeginArray();
    for (const std::string& part : parts) json.Raw(part);
    json.EndArray();
  }
};

std::string AnyOf(Parts any) {
  Bool query;
  query.should = std::move(any);
  return query.Take();
}

bool IsLoose(const Clause& clause) { return !clause.excluded && !clause.exact; }

// BM25's weight of a repeated word of the query, with k3 = 1: at most double.
double WeightOf(const Clause& clause) {
  const double times = clause.times;
  return 2 * times / (times + 1);
}

bool MayBegin(const Clause& clause) {
  const std::size_t characters = CountCharacters(clause.words.front().plain);
  return clause.beginning && characters >= text::kShortestBeginning &&
         characters <= text::kLongestBeginning;
}

}  // namespace

Parts ReadableBy(std::string_view tenant_id, const std::vector<std::string>& readers) {
  Parts bounded;
  for (const std::string& reader : readers) bounded.push_back(Bounded(reader));
  return {Term("tenant", Bounded(tenant_id)), Terms("readers", bounded)};
}

Parts FilterOf(const SearchQuery& query) {
  Parts all = ReadableBy(query.tenant_id, query.readers);
  if (query.legacy_id) all.push_back(Term("legacy", Bounded(*query.legacy_id)));
  if (query.author) all.push_back(Term("author", Bounded(FoldKey(*query.author))));
  if (query.language) all.push_back(Term("languages", Bounded(FoldKey(*query.language))));
  if (!query.statuses.empty()) {
    std::vector<std::string_view> any;
    for (const StoryStatus status : query.statuses) any.push_back(ToString(status));
    all.push_back(Terms("status", any));
  }
  for (const std::string& tag : query.tags) all.push_back(Term("tags", Bounded(FoldKey(tag))));
  if (query.from) all.push_back(Range("last_day", "gte", *query.from));
  if (query.to) all.push_back(Range("first_day", "lte", *query.to));
  return all;
}

Parts FilterOf(const SuggestQuery& query) {
  Parts all = ReadableBy(query.tenant_id, query.readers);
  if (query.legacy_id) all.push_back(Term("legacy", Bounded(*query.legacy_id)));
  return all;
}

QueryBuilder::QueryBuilder(const std::set<std::string>& stem_languages) {
  for (const std::string& language : stem_languages) stemmers_.emplace_back(language);
}

std::vector<QueryBuilder::Stem> QueryBuilder::StemsOf(const text::Word& word) const {
  std::map<std::string, std::vector<std::string>> by_stem;
  for (const text::Stemmer& stemmer : stemmers_) {
    for (const std::string& stem : stemmer.Stems(word)) {
      by_stem[stem].push_back(stemmer.Language());
    }
  }
  std::vector<Stem> stems;
  for (auto& [stem, languages] : by_stem) {
    if (languages.size() == stemmers_.size()) languages.clear();
    stems.push_back({stem, std::move(languages)});
  }
  return stems;
}

void QueryBuilder::AddWord(Parts& any, const text::Word& word, Field field, double weight) const {
  any.push_back(Term(WordsOf(field), word.plain, weight * kExact));
  for (const Stem& each : StemsOf(word)) {
    const std::string term = Term(opensearch::StemsOf(field), each.stem, weight);
    if (each.languages.empty()) {
      any.push_back(term);
      continue;
    }
    Bool of_languages;
    of_languages.must = {term};
    of_languages.filter = {Terms("stem_language", each.languages)};
    any.push_back(of_languages.Take());
  }
}

std::string QueryBuilder::OfLoose(const Clause& clause, Field field, double weight,
                                  bool weigh_title) const {
  const text::Word& word = clause.words.front();
  Parts any;
  const bool title = field == Field::kTitle;
  if (title || weigh_title) AddWord(any, word, Field::kTitle, weight * kTitle);
  if (!title) AddWord(any, word, Field::kBody, weight);
  if (MayBegin(clause)) {
    if (title || weigh_title) {
      any.push_back(Constant(Prefix("title", word.plain), weight * kBeginning));
    }
    if (!title) any.push_back(Constant(Prefix("body", word.plain), 0));
  }
  return AnyOf(std::move(any));
}

std::string QueryBuilder::OfClause(const Clause& clause, Field field, bool weigh_title) const {
  const double weight = WeightOf(clause);
  return clause.exact ? Phrase(field, clause.words, weight)
                      : OfLoose(clause, field, weight, weigh_title);
}

bool QueryBuilder::TitlesMayWeigh(const std::vector<Clause>& clauses) const {
  std::size_t leaves = 0;
  for (const Clause& clause : clauses) {
    if (clause.exact) continue;
    leaves += 2;
    for (const Stem& each : StemsOf(clause.words.front())) {
      leaves += each.languages.empty() ? 1 : 2;
    }
  }
  return 2 * leaves <= kMostClauses;
}

std::string QueryBuilder::All(const std::vector<Clause>& clauses, const Parts& filters,
                              Field field) const {
  const bool weigh_title = TitlesMayWeigh(clauses);
  Bool all;
  all.filter = filters;
  for (const Clause& clause : clauses) {
    (clause.excluded ? all.must_not : all.must).push_back(OfClause(clause, field, weigh_title));
  }
  return all.Take();
}

std::string QueryBuilder::Any(const std::vector<Clause>& clauses, const Parts& filters,
                              const std::vector<std::string>& first) const {
  const bool weigh_title = TitlesMayWeigh(clauses);
  Bool any;
  any.filter = filters;
  for (const Clause& clause : clauses) {
    Parts& part = clause.excluded ? any.must_not : clause.exact ? any.must : any.should;
    part.push_back(OfClause(clause, Field::kBody, weigh_title));
  }
  if (!first.empty()) any.should.push_back(Constant(Terms("key", first), kFirst));
  return any.Take();
}

bool QueryBuilder::AnyIsWider(const std::vector<Clause>& clauses) {
  return std::count_if(clauses.begin(), clauses.end(), IsLoose) > 1;
}

std::string QueryBuilder::Knows(const Clause& word, const Parts& filters) const {
  Bool known;
  known.filter = filters;
  known.filter.push_back(OfLoose(word, Field::kBody, 1, false));
  return known.Take();
}

std::string SearchJson(const std::string& query, std::size_t size, bool ranked, bool count) {
  JsonWriter json;
  json.BeginObject().Member("size", static_cast<std::int64_t>(size));
  json.Key("_source").BeginArray().String("id").String("legacy_id").EndArray();
  json.Key("sort").BeginArray();
  if (ranked) json.Raw(R"({"_score": "desc"})");
  json.Raw(R"({"updated_at": "desc"})").Raw(R"({"id": "asc"})").EndArray();
  json.Key("track_total_hits");
  if (count) {
    json.Integer(3);
  } else {
    json.Bool(false);
  }
  json.Key("query").Raw(query).EndObject();
  return json.Take();
}

}  // namespace heirloom::opensearch
