#include "index/xapian/xapian_index.h"

#include <xapian.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <system_error>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/base/text.h"
#include "index/text/known_words.h"
#include "index/text/query_text.h"
#include "index/text/word_finder.h"
#include "index/xapian/damage.h"
#include "index/xapian/generations.h"
#include "index/xapian/query_builder.h"
#include "index/xapian/reader_pool.h"
#include "index/xapian/scan.h"
#include "index/xapian/schema.h"
#include "index/xapian/vocabulary.h"
#include "index/xapian/writer.h"

namespace heirloom {
namespace {

using text::Clause;
using text::QueryText;
using xapian::QueryBuilder;

constexpr std::size_t kMaxSuggestions = 200;
constexpr std::size_t kMaxCompletions = 20;

// Of a text that is corrected: words that are looked at, and words that they are held against.
constexpr std::size_t kCorrectedWords = 8;
constexpr std::size_t kCorrectionBudget = 100'000;

// With fewer candidates than this that match all words, one word is enough.
constexpr Xapian::doccount kEnough = 3;

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
  Search(const Xapian::Database& database, std::chrono::steady_clock::time_point deadline,
         const xapian::Ranking& ranking)
      : database_(database),
        deadline_(deadline),
        ranking_(ranking),
        builder_(database.get_metadata(xapian::kLanguagesKey), ranking) {}

  SearchHits Stories(const SearchQuery& query, const std::vector<Clause>& clauses) const {
    const Xapian::Query filter = xapian::FilterOf(query);
    Xapian::Query words = builder_.All(clauses);
    if (QueryBuilder::AnyIsWider(clauses) && !AtLeast(kEnough, words, filter))
      words = builder_.Any(clauses);
    Xapian::Enquire enquire(database_);
    enquire.set_query(Filtered(words, filter, deadline_));
    const bool ranked = std::any_of(clauses.begin(), clauses.end(),
                                    [](const Clause& clause) { return !clause.excluded; });
    return Best(enquire, ranked, query.limit);
  }

  SearchHits Titles(const SuggestQuery& query, const std::vector<Clause>& clauses) const {
    Xapian::Enquire enquire(database_);
    enquire.set_query(
        Filtered(builder_.All(clauses, xapian::Field::kTitle), xapian::FilterOf(query), deadline_));
    return Best(enquire, true, query.limit);
  }

  std::vector<std::string> Completions(const CompletionQuery& query) const {
    const std::vector<text::TypedWord> words = text::TypedWords(query.text);
    if (words.empty() || !words.back().clause.beginning) return {};
    const std::string& beginning = words.back().clause.words.front().plain;
    if (CountCharacters(beginning) < text::kShortestBeginning) return {};
    return xapian::Vocabulary(database_, query.tenant_id, query.readers)
        .Beginning(beginning, query.limit);
  }

  std::optional<std::string> Corrected(const CorrectionQuery& query) const {
    const xapian::Vocabulary vocabulary(database_, query.tenant_id, query.readers);
    const Xapian::Query readable = xapian::ReadableBy(query.tenant_id, query.readers);
    std::vector<text::TypedWord> words = text::TypedWords(query.text);
    if (words.size() > kCorrectedWords) words.resize(kCorrectedWords);
    std::size_t budget = kCorrectionBudget;
    std::string text = query.text;
    for (auto word = words.rbegin(); word != words.rend(); ++word) {  // So that places stay right.
      if (AtLeast(1, builder_.Knows(word->clause), readable)) continue;
      const auto nearest = vocabulary.Nearest(word->clause.words.front().plain, budget);
      if (nearest) text.replace(word->begin, word->end - word->begin, *nearest);
    }
    return text == query.text ? std::nullopt : std::optional(std::move(text));
  }

 private:
  bool AtLeast(Xapian::doccount count, const Xapian::Query& words,
               const Xapian::Query& filter) const {
    Xapian::Enquire enquire(database_);
    enquire.set_query(Filtered(words, filter, deadline_));
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    return enquire.get_mset(0, count).size() == count;
  }

  SearchHits Best(Xapian::Enquire& enquire, bool ranked, std::size_t limit) const {
    enquire.set_docid_order(Xapian::Enquire::DONT_CARE);
    if (ranked) {
      enquire.set_weighting_scheme(Xapian::BM25Weight(ranking_.k1, 0, 1, ranking_.b, 0.5));
      enquire.set_sort_by_relevance_then_value(xapian::kOrderSlot, false);
    } else {
      enquire.set_weighting_scheme(Xapian::BoolWeight());
      enquire.set_sort_by_value(xapian::kOrderSlot, false);
    }
    return HitsOf(enquire.get_mset(0, static_cast<Xapian::doccount>(limit + 1)), limit);
  }

  const Xapian::Database& database_;
  std::chrono::steady_clock::time_point deadline_;
  const xapian::Ranking& ranking_;
  QueryBuilder builder_;
};

// A generation and all that reads and writes it.
struct Generation {
  Generation(std::filesystem::path its_folder, std::unique_ptr<xapian::Writer> its_writer)
      : folder(std::move(its_folder)), writer(std::move(its_writer)), readers(folder) {}
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;
  ~Generation() {
    if (kept) return;
    writer.reset();
    std::error_code error;
    std::filesystem::remove_all(folder, error);
    xapian::ForgetDamage(folder);
  }

  const std::filesystem::path folder;
  std::unique_ptr<xapian::Writer> writer;
  xapian::ReaderPool readers;
  std::atomic<bool> kept = false;  // Otherwise its files go with it.
};

class XapianGeneration final : public SearchGeneration {
 public:
  explicit XapianGeneration(std::shared_ptr<Generation> generation)
      : generation_(std::move(generation)) {}

  Status Apply(const std::vector<IndexOperation>& operations, const Position& position) override {
    return generation_->writer->Apply(operations, position);
  }
  Status Commit() override { return generation_->writer->Commit(); }

  std::shared_ptr<Generation> Take() { return std::move(generation_); }

 private:
  std::shared_ptr<Generation> generation_;
};

class XapianIndex final : public SearchIndex {
 public:
  XapianIndex(xapian::Generations generations, const XapianOptions& options,
              std::shared_ptr<Generation> current)
      : query_limit_(options.query_limit),
        ranking_(options.ranking),
        generations_(std::move(generations)),
        current_(std::move(current)) {}

  Status Apply(const std::vector<IndexOperation>& operations, const Position& position) override {
    return Current()->writer->Apply(operations, position);
  }

  Status Commit() override {
    const auto current = Current();
    const Status committed = current->writer->Commit();
    if (committed) current->readers.Refresh();
    return committed;
  }

  Result<std::optional<Position>> Committed() const override {
    return Current()->writer->Committed();
  }

  Result<IndexedPage> Scan(const std::string& after, std::size_t limit) const override {
    IndexedPage page;
    const Status done = Current()->readers.Run([&](const Xapian::Database& database) {
      page = xapian::ScanStories(database, after, limit);
    });
    if (!done) return ErrorOf(done);
    return page;
  }

  Result<std::size_t> Sweep(std::int64_t before, std::int64_t passed) override {
    return Current()->writer->Sweep(before, passed);
  }

  Result<std::unique_ptr<SearchGeneration>> StartGeneration() override {
    const std::scoped_lock lock(mutex_);
    if (!next_.expired()) return Fail(ErrorCode::kConflict, "another generation is being built");
    const std::filesystem::path folder = generations_.New();
    auto writer = xapian::Writer::Open(folder);
    if (!writer) {  // The disk refused half-way.
      std::error_code error;
      std::filesystem::remove_all(folder, error);
      return Fail(ErrorCode::kUnavailable, writer.error().message);
    }
    auto next = std::make_shared<Generation>(folder, std::move(*writer));
    next_ = next;
    return std::make_unique<XapianGeneration>(std::move(next));
  }

  Status Adopt(std::unique_ptr<SearchGeneration> generation) override {
    auto* ours = dynamic_cast<XapianGeneration*>(generation.get());
    if (ours == nullptr) Panic("a generation of another index");
    std::shared_ptr<Generation> next = ours->Take();
    next->writer->DropStaged();
    if (const Status switched = generations_.MakeCurrent(next->folder); !switched) return switched;
    next->kept = true;
    {
      const std::scoped_lock lock(mutex_);
      next_.reset();
      current_.swap(next);
    }
    next->kept = false;
    return {};
  }

  Result<SearchHits> Query(const SearchQuery& query) const override {
    if (query.limit > kMaxSearchHits) {
      return Fail(ErrorCode::kInvalidArgument, "more is asked for than search gives");
    }
    const Result<QueryText> text = text::ParseQueryText(query.text);
    if (!text) return ErrorOf(text);
    const bool nothing = text->clauses.empty() && !text->blank;
    if (nothing || query.readers.empty()) return SearchHits{};
    return Run<SearchHits>(
        [&](const Search& search) { return search.Stories(query, text->clauses); });
  }

  Result<SearchHits> Suggest(const SuggestQuery& query) const override {
    if (query.limit > kMaxSuggestions) {
      return Fail(ErrorCode::kInvalidArgument, "too many suggestions are asked for");
    }
    Result<QueryText> text = text::ParseQueryText(query.text);
    if (!text) return ErrorOf(text);
    std::erase_if(text->clauses, [](const Clause& clause) { return clause.excluded; });
    if (text->clauses.empty() || query.readers.empty()) return SearchHits{};
    return Run<SearchHits>(
        [&](const Search& search) { return search.Titles(query, text->clauses); });
  }

  Result<std::vector<std::string>> Complete(const CompletionQuery& query) const override {
    if (query.limit > kMaxCompletions) {
      return Fail(ErrorCode::kInvalidArgument, "too many completions are asked for");
    }
    if (const auto text = text::ParseQueryText(query.text); !text) return ErrorOf(text);
    return Run<std::vector<std::string>>(
        [&](const Search& search) { return search.Completions(query); });
  }

  Result<std::optional<std::string>> Correct(const CorrectionQuery& query) const override {
    if (const auto text = text::ParseQueryText(query.text); !text) return ErrorOf(text);
    if (query.readers.empty()) return std::optional<std::string>();
    return Run<std::optional<std::string>>(
        [&](const Search& search) { return search.Corrected(query); });
  }

  std::vector<TextMatch> FindWords(std::string_view query, std::string_view language,
                                   std::string_view text, std::size_t limit) const override {
    const Result<QueryText> parsed = text::ParseQueryText(query);
    if (!parsed) return {};
    return text::FindClauses(parsed->clauses, language, text, limit);
  }

 private:
  std::shared_ptr<Generation> Current() const {
    const std::scoped_lock lock(mutex_);
    return current_;
  }

  template <typename Answer, typename Work>
  Result<Answer> Run(const Work& work) const {
    const auto deadline = std::chrono::steady_clock::now() + query_limit_;
    Answer answer;
    const Status done = Current()->readers.Run([&](const Xapian::Database& database) {
      answer = work(Search(database, deadline, ranking_));
    });
    if (!done) return ErrorOf(done);
    return answer;
  }

  const std::chrono::milliseconds query_limit_;
  const xapian::Ranking ranking_;
  xapian::Generations generations_;

  mutable std::mutex mutex_;
  std::shared_ptr<Generation> current_;
  std::weak_ptr<Generation> next_;
};

// The writer of what is there, or why it is of no use.
Result<std::unique_ptr<xapian::Writer>> OpenExisting(const std::filesystem::path& folder) {
  if (folder.empty()) return Fail(ErrorCode::kNotFound, "there is none");
  if (xapian::IsMarkedDamaged(folder)) return Fail(ErrorCode::kInternal, "marked as damaged");
  return xapian::Writer::Open(folder);
}

}  // namespace

Result<std::unique_ptr<SearchIndex>> OpenXapianIndex(const XapianOptions& options) {
  auto generations = xapian::Generations::Open(options.directory / xapian::kSchemaName);
  if (!generations) return ErrorOf(generations);
  std::filesystem::path folder = generations->Current();
  auto writer = OpenExisting(folder);
  if (!writer) {
    if (writer.error().code == ErrorCode::kUnavailable) return ErrorOf(writer);
    if (writer.error().code != ErrorCode::kNotFound) {
      LogWarn("search index cannot be used and is built again",
              {{"schema", std::string(xapian::kSchemaName)}, {"reason", writer.error().message}});
    }
    folder = generations->New();
    writer = xapian::Writer::Open(folder);
    if (!writer) return Fail(ErrorCode::kUnavailable, writer.error().message);
    if (const Status made = generations->MakeCurrent(folder); !made) return ErrorOf(made);
  }
  generations->Sweep(folder);
  auto current = std::make_shared<Generation>(folder, std::move(*writer));
  current->kept = true;
  return std::make_unique<XapianIndex>(std::move(*generations), options, std::move(current));
}

}  // namespace heirloom
