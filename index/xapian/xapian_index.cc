#include "index/xapian/xapian_index.h"

#include <xapian.h>

#include <algorithm>
#include <utility>

#include "appliance/base/log.h"
#include "index/xapian/query_builder.h"
#include "index/xapian/query_text.h"
#include "index/xapian/reader_pool.h"
#include "index/xapian/schema.h"
#include "index/xapian/word_finder.h"
#include "index/xapian/writer.h"

namespace heirloom {
namespace {

using xapian::Clause;
using xapian::QueryBuilder;
using xapian::QueryText;

constexpr std::size_t kMaxOffset = 10'000;
constexpr std::size_t kMaxLimit = 200;

// With fewer candidates than this that match all words, one word is enough.
constexpr Xapian::doccount kEnough = 3;

// BM25, tried on the CISI collection (tests/bench/search_quality.cc): how soon a word repeated
// stops to count more, and how much long stories are held back.
constexpr double kK1 = 1.2;
constexpr double kB = 0.75;

Xapian::Query Filtered(const Xapian::Query& words, const Xapian::Query& filter,
                       std::chrono::steady_clock::time_point deadline) {
  const Xapian::Query in_time(Xapian::Query::OP_AND, filter, xapian::Until(deadline));
  return Xapian::Query(Xapian::Query::OP_FILTER, words, in_time);
}

SearchHits HitsOf(const Xapian::MSet& found, std::size_t limit) {
  SearchHits hits;
  for (auto it = found.begin(); it != found.end() && hits.hits.size() < limit; ++it) {
    auto hit = xapian::ParseHit(it.get_document().get_data());
    if (hit) hits.hits.push_back(std::move(*hit));
  }
  hits.more = found.size() > limit;
  return hits;
}

// One search on one snapshot.
class Search {
 public:
  Search(const Xapian::Database& database, std::chrono::steady_clock::time_point deadline)
      : database_(database),
        deadline_(deadline),
        builder_(database.get_metadata(xapian::kLanguagesKey)) {}

  SearchHits Stories(const SearchQuery& query, const std::vector<Clause>& clauses) const {
    const Xapian::Query filter = xapian::FilterOf(query);
    Xapian::Query words = builder_.All(clauses);
    if (QueryBuilder::AnyIsWider(clauses) && FewMatch(words, filter)) words = builder_.Any(clauses);
    Xapian::Enquire enquire(database_);
    enquire.set_query(Filtered(words, filter, deadline_));
    const bool ranked = std::any_of(clauses.begin(), clauses.end(),
                                    [](const Clause& clause) { return !clause.excluded; });
    return Best(enquire, ranked, query.offset, query.limit);
  }

  SearchHits Titles(const SuggestQuery& query, const std::vector<Clause>& clauses) const {
    Xapian::Enquire enquire(database_);
    enquire.set_query(
        Filtered(builder_.All(clauses, xapian::Field::kTitle), xapian::FilterOf(query), deadline_));
    return Best(enquire, true, 0, query.limit);
  }

 private:
  bool FewMatch(const Xapian::Query& words, const Xapian::Query& filter) const {
    Xapian::Enquire enquire(database_);
    enquire.set_query(Filtered(words, filter, deadline_));
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    return enquire.get_mset(0, kEnough).size() < kEnough;
  }

  static SearchHits Best(Xapian::Enquire& enquire, bool ranked, std::size_t offset,
                         std::size_t limit) {
    enquire.set_docid_order(Xapian::Enquire::DONT_CARE);
    if (ranked) {
      enquire.set_weighting_scheme(Xapian::BM25Weight(kK1, 0, 1, kB, 0.5));
      enquire.set_sort_by_relevance_then_value(xapian::kOrderSlot, false);
    } else {
      enquire.set_weighting_scheme(Xapian::BoolWeight());
      enquire.set_sort_by_value(xapian::kOrderSlot, false);
    }
    return HitsOf(enquire.get_mset(static_cast<Xapian::doccount>(offset),
                                   static_cast<Xapian::doccount>(limit + 1)),
                  limit);
  }

  const Xapian::Database& database_;
  std::chrono::steady_clock::time_point deadline_;
  QueryBuilder builder_;
};

class XapianIndex final : public SearchIndex {
 public:
  XapianIndex(std::filesystem::path database, std::chrono::milliseconds query_limit,
              std::unique_ptr<xapian::Writer> writer)
      : database_(std::move(database)),
        query_limit_(query_limit),
        writer_(std::move(writer)),
        readers_(database_) {}

  Status Apply(const std::vector<IndexOperation>& operations, const Position& position) override {
    return writer_->Apply(operations, position);
  }

  Status Commit() override {
    const Status committed = writer_->Commit();
    if (committed) readers_.Refresh();
    return committed;
  }

  Result<std::optional<Position>> Committed() const override { return writer_->Committed(); }

  Status Clear() override {
    readers_.BeginReplacing();
    const Status cleared = writer_->Clear();
    readers_.EndReplacing();
    return cleared;
  }

  Result<SearchHits> Query(const SearchQuery& query) const override {
    if (query.offset > kMaxOffset || query.limit > kMaxLimit) {
      return Fail(ErrorCode::kInvalidArgument, "the page lies beyond what search gives");
    }
    const Result<QueryText> text = xapian::ParseQueryText(query.text);
    if (!text) return ErrorOf(text);
    const bool nothing = text->clauses.empty() && !text->blank;
    if (nothing || query.readers.empty()) return SearchHits{};
    return Run([&](const Search& search) { return search.Stories(query, text->clauses); });
  }

  Result<SearchHits> Suggest(const SuggestQuery& query) const override {
    if (query.limit > kMaxLimit) {
      return Fail(ErrorCode::kInvalidArgument, "too many suggestions are asked for");
    }
    Result<QueryText> text = xapian::ParseQueryText(query.text);
    if (!text) return ErrorOf(text);
    std::erase_if(text->clauses, [](const Clause& clause) { return clause.excluded; });
    if (text->clauses.empty() || query.readers.empty()) return SearchHits{};
    return Run([&](const Search& search) { return search.Titles(query, text->clauses); });
  }

  std::vector<TextMatch> FindWords(std::string_view query, std::string_view language,
                                   std::string_view text, std::size_t limit) const override {
    const Result<QueryText> parsed = xapian::ParseQueryText(query);
    if (!parsed) return {};
    return xapian::FindClauses(parsed->clauses, language, text, limit);
  }

 private:
  template <typename Work>
  Result<SearchHits> Run(const Work& work) const {
    const auto deadline = std::chrono::steady_clock::now() + query_limit_;
    SearchHits hits;
    const Status done = readers_.Run(
        [&](const Xapian::Database& database) { hits = work(Search(database, deadline)); });
    if (!done) return ErrorOf(done);
    return hits;
  }

  const std::filesystem::path database_;
  const std::chrono::milliseconds query_limit_;
  std::unique_ptr<xapian::Writer> writer_;
  xapian::ReaderPool readers_;
};

}  // namespace

Result<std::unique_ptr<SearchIndex>> OpenXapianIndex(const XapianOptions& options) {
  const std::filesystem::path database = options.directory / "stories";
  auto writer = xapian::Writer::Open(database);
  if (!writer) return ErrorOf(writer);
  return std::make_unique<XapianIndex>(database, options.query_limit, std::move(*writer));
}

}  // namespace heirloom
