#include "index/xapian/query_builder.h"

#include <xapian.h>

#include <algorithm>

#include "appliance/base/text.h"
#include "index/text/known_words.h"

namespace heirloom::xapian {
namespace {

using Xapian::Query;

constexpr double kAllWordsBonus = 1e4;  // More than any sum of word weights.

Query Scaled(const Query& query, double weight) {
  return Query(Query::OP_SCALE_WEIGHT, query, weight);
}

Query AnyOf(const std::vector<Query>& queries) {
  return Query(Query::OP_OR, queries.begin(), queries.end());
}

Query AllOf(const std::vector<Query>& queries) {
  return Query(Query::OP_AND, queries.begin(), queries.end());
}

Query Phrase(Field field, const std::vector<Word>& words) {
  std::vector<std::string> terms;
  for (const Word& word : words) terms.push_back(WordTerm(field, word.plain));
  return Query(Query::OP_PHRASE, terms.begin(), terms.end(),
               static_cast<Xapian::termcount>(terms.size()));
}

class DeadlineSource final : public Xapian::PostingSource {
 public:
  explicit DeadlineSource(std::chrono::steady_clock::time_point deadline) : deadline_(deadline) {}

  void init(const Xapian::Database& database) override {
    at_ = 0;
    last_ = database.get_lastdocid();
    count_ = database.get_doccount();
  }
  Xapian::doccount get_termfreq_min() const override { return count_; }
  Xapian::doccount get_termfreq_est() const override { return count_; }
  Xapian::doccount get_termfreq_max() const override { return count_; }
  Xapian::docid get_docid() const override { return at_; }
  bool at_end() const override { return at_ > last_; }

  void next(double) override { MoveTo(at_ + 1); }
  void skip_to(Xapian::docid id, double) override { MoveTo(std::max(at_, id)); }
  bool check(Xapian::docid id, double) override {
    MoveTo(id);
    return true;
  }

 private:
  // Reading the clock costs more than a step: only at every 64th.
  void MoveTo(Xapian::docid id) {
    at_ = id;
    if (steps_++ % 64 == 0 && std::chrono::steady_clock::now() >= deadline_) throw TimedOut{};
  }

  std::chrono::steady_clock::time_point deadline_;
  Xapian::docid at_ = 0;
  Xapian::docid last_ = 0;
  Xapian::doccount count_ = 0;
  unsigned steps_ = 0;
};

}  // namespace

Query ReadableBy(std::string_view tenant_id, const std::vector<std::string>& readers) {
  std::vector<Query> any;
  for (const std::string& reader : readers) any.emplace_back(ReaderTerm(reader));
  return Query(Query::OP_AND, Query(TenantTerm(tenant_id)), AnyOf(any));
}

Query FilterOf(const SearchQuery& query) {
  std::vector<Query> all = {ReadableBy(query.tenant_id, query.readers)};
  if (query.legacy_id) all.emplace_back(LegacyTerm(*query.legacy_id));
  if (query.author) all.emplace_back(AuthorTerm(*query.author));
  if (query.language) all.emplace_back(LanguageTerm(*query.language));
  if (!query.statuses.empty()) {
    std::vector<Query> any;
    for (const StoryStatus status : query.statuses) any.emplace_back(StatusTerm(status));
    all.push_back(AnyOf(any));
  }
  for (const std::string& tag : query.tags) all.emplace_back(TagTerm(tag));
  if (query.from || query.to) all.emplace_back(std::string(kDatedTerm));
  if (query.from) {
    all.emplace_back(Query::OP_VALUE_GE, kLastDaySlot, SortableNumber(*query.from));
  }
  if (query.to) all.emplace_back(Query::OP_VALUE_LE, kFirstDaySlot, SortableNumber(*query.to));
  return AllOf(all);
}

Query FilterOf(const SuggestQuery& query) {
  const Query readable = ReadableBy(query.tenant_id, query.readers);
  if (!query.legacy_id) return readable;
  return Query(Query::OP_AND, readable, Query(LegacyTerm(*query.legacy_id)));
}

Query Until(std::chrono::steady_clock::time_point deadline) {
  return Query((new DeadlineSource(deadline))->release());  // Xapian's way to hand over ownership.
}

QueryBuilder::QueryBuilder(std::string_view stem_languages, const Ranking& ranking)
    : ranking_(ranking) {
  while (!stem_languages.empty()) {
    const std::size_t end = std::min(stem_languages.find(','), stem_languages.size());
    stemmers_.emplace_back(stem_languages.substr(0, end));
    stem_languages.remove_prefix(std::min(end + 1, stem_languages.size()));
  }
}

Query QueryBuilder::OfWord(const Word& word, Field field) const {
  std::vector<Query> any = {Scaled(Query(WordTerm(field, word.plain)), ranking_.exact)};
  for (const Stemmer& stemmer : stemmers_) {
    for (const std::string& stem : stemmer.Stems(word)) {
      any.emplace_back(StemTerm(field, stemmer.Language(), stem));
    }
  }
  return AnyOf(any);
}

Query QueryBuilder::OfClause(const Clause& clause, Field field) const {
  const double times = clause.times;
  // BM25's weight of a repeated word of the query, with k3 = 1: at most double.
  return Scaled(clause.exact ? Phrase(field, clause.words) : OfLoose(clause, field),
                2 * times / (times + 1));
}

Query QueryBuilder::OfLoose(const Clause& clause, Field field) const {
  const Word& word = clause.words.front();
  std::vector<Query> any = {Scaled(OfWord(word, Field::kTitle), ranking_.title)};
  if (field == Field::kBody) any.push_back(OfWord(word, Field::kBody));
  const std::size_t characters = CountCharacters(word.plain);
  if (clause.beginning && characters >= text::kShortestBeginning &&
      characters <= text::kLongestBeginning) {
    any.push_back(Scaled(Query(BeginningTerm(Field::kTitle, word.plain)), ranking_.beginning));
    if (field == Field::kBody) any.emplace_back(BeginningTerm(Field::kBody, word.plain));
  }
  return AnyOf(any);
}

Query QueryBuilder::All(const std::vector<Clause>& clauses, Field field) const {
  std::vector<Query> wanted;
  std::vector<Query> excluded;
  for (const Clause& clause : clauses) {
    (clause.excluded ? excluded : wanted).push_back(OfClause(clause, field));
  }
  Query all = wanted.empty() ? Query(std::string()) : AllOf(wanted);
  return excluded.empty() ? all : Query(Query::OP_AND_NOT, all, AnyOf(excluded));
}

Query QueryBuilder::Any(const std::vector<Clause>& clauses) const {
  std::vector<Query> loose;
  std::vector<Clause> strict;
  for (const Clause& clause : clauses) {
    if (clause.excluded || clause.exact) {
      strict.push_back(clause);
    } else {
      loose.push_back(OfClause(clause, Field::kBody));
    }
  }
  const Query bonus((new Xapian::FixedWeightPostingSource(kAllWordsBonus))->release());
  const Query first(Query::OP_AND, All(clauses), bonus);
  Query any(Query::OP_OR, AnyOf(loose), first);
  return strict.empty() ? any : Query(Query::OP_AND, any, All(strict));
}

Query QueryBuilder::Knows(const Clause& word) const { return OfLoose(word, Field::kBody); }

bool QueryBuilder::AnyIsWider(const std::vector<Clause>& clauses) {
  return std::count_if(clauses.begin(), clauses.end(),
                       [](const Clause& clause) { return !clause.excluded && !clause.exact; }) > 1;
}

}  // namespace heirloom::xapian
