#include "index/opensearch/opensearch_index.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "appliance/base/encoding.h"
#include "appliance/base/log.h"
#include "appliance/base/text.h"
#include "index/opensearch/connection.h"
#include "index/opensearch/generations.h"
#include "index/opensearch/query.h"
#include "index/opensearch/scan.h"
#include "index/opensearch/schema.h"
#include "index/opensearch/target.h"
#include "index/opensearch/vocabulary.h"
#include "index/text/known_words.h"
#include "index/text/query_text.h"
#include "index/text/word_finder.h"

namespace heirloom {
namespace {

using opensearch::Connection;
using opensearch::Generations;
using opensearch::Parts;
using opensearch::QueryBuilder;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using text::Clause;
using text::QueryText;

constexpr std::size_t kMaxSuggestions = 200;
constexpr std::size_t kMaxCompletions = 20;
constexpr std::size_t kCorrectedWords = 8;
constexpr std::size_t kEnough = 3;  // Below this one word is enough.
constexpr milliseconds kTimeout{30'000};
// How long another process's first story in a language may be unheard of.
constexpr milliseconds kLanguagesStay{2'000};

// A generation and all that writes to it. Its index goes with it, unless it is kept.
struct Generation {
  Generation(const Generations& its_family, const Connection& connection, Pauses& pauses,
             const std::string& index, bool keep)
      : family(its_family), target(connection, pauses, index), kept(keep) {}
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;
  ~Generation() {
    if (kept) return;
    if (const Status removed = family.Remove(target.Index()); !removed) {
      LogWarn("a search index that is not needed any more stays for now",
              {{"index", target.Index()}, {"reason", removed.error().message}});
    }
  }

  const Generations& family;
  opensearch::Target target;
  std::atomic<bool> kept;
};

class NextGeneration final : public SearchGeneration {
 public:
  explicit NextGeneration(std::shared_ptr<Generation> generation)
      : generation_(std::move(generation)) {}

  Status Apply(const std::vector<IndexOperation>& operations, const Position& position) override {
    return generation_->target.Apply(operations, position);
  }
  Status Commit() override { return generation_->target.Commit(); }

  std::shared_ptr<Generation> Take() { return std::move(generation_); }

 private:
  std::shared_ptr<Generation> generation_;
};

// Time that is left of an answer.
class Deadline {
 public:
  explicit Deadline(milliseconds span) : at_(steady_clock::now() + span) {}
  milliseconds Left() const {
    return std::chrono::duration_cast<milliseconds>(at_ - steady_clock::now());
  }

 private:
  steady_clock::time_point at_;
};

class Index final : public RemoteSearchIndex {
 public:
  Index(const OpenSearchOptions& options, std::unique_ptr<HttpClient> client, Pauses& pauses)
      : query_limit_(options.query_limit),
        client_(std::move(client)),
        connection_(*client_, options.url),
        pauses_(pauses),
        generations_(connection_, options.prefix + "-" + std::string(opensearch::kStoriesSchema),
                     opensearch::StoriesDefinition()) {}

  Status Ping(milliseconds timeout) const override { return connection_.Ping(timeout); }

  Status Provision() override {
    if (Status s = generations_.PutTemplate(); !s) return s;
    const auto current = Current();
    return current ? Status() : Status(ErrorOf(current));
  }

  Status Apply(const std::vector<IndexOperation>& operations, const Position& position) override {
    const auto current = Writing();
    if (!current) return ErrorOf(current);
    return Heard(*current, (*current)->target.Apply(operations, position));
  }

  Status Commit() override {
    std::shared_ptr<Generation> written;
    {
      const std::scoped_lock lock(mutex_);
      written.swap(written_);
    }
    if (!written) return {};
    Status done = Heard(written, written->target.Commit());
    const std::scoped_lock lock(mutex_);
    languages_.reset();
    return done;
  }

  Result<std::optional<Position>> Committed() const override {
    const auto current = Current();
    if (!current) return ErrorOf(current);
    auto reached =
        Heard(*current, opensearch::ReadReached(connection_, generations_.Name(), kTimeout));
    if (!reached) return ErrorOf(reached);
    return reached->position;
  }

  Result<IndexedPage> Scan(const std::string& after, std::size_t limit) const override {
    const auto current = Current();
    if (!current) return ErrorOf(current);
    return Heard(*current, opensearch::ScanStories(connection_, generations_.Name(), after, limit));
  }

  Result<std::size_t> Sweep(std::int64_t before, std::int64_t passed) override {
    const auto current = Writing();
    if (!current) return ErrorOf(current);
    return Heard(*current, (*current)->target.Sweep(before, passed));
  }

  Result<std::unique_ptr<SearchGeneration>> StartGeneration() override {
    {
      const std::scoped_lock lock(mutex_);
      if (!next_.expired() || starting_) {
        return Fail(ErrorCode::kConflict, "another generation is being built");
      }
      starting_ = true;
    }
    const auto index = generations_.Start();
    const std::scoped_lock lock(mutex_);
    starting_ = false;
    if (!index) return ErrorOf(index);
    auto next = std::make_shared<Generation>(generations_, connection_, pauses_, *index, false);
    next_ = next;
    return std::make_unique<NextGeneration>(std::move(next));
  }

  Status Adopt(std::unique_ptr<SearchGeneration> generation) override {
    auto* ours = dynamic_cast<NextGeneration*>(generation.get());
    if (ours == nullptr) Panic("a generation of another index");
    std::shared_ptr<Generation> next = ours->Take();
    next->target.DropStaged();
    if (const auto current = Current(); !current) return ErrorOf(current);  // To be removed then.
    bool moved = false;
    const Status switched = generations_.MakeCurrent(next->target.Index(), moved);
    next->kept = moved;  // Should nobody know, the next one that is started sweeps.
    const std::scoped_lock lock(mutex_);
    next_.reset();
    written_.reset();
    languages_.reset();
    if (!switched) {
      if (moved) current_.reset();
      return switched;
    }
    current_.swap(next);
    if (next) next->kept = false;
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
        [&](const Deadline& deadline) { return Stories(query, text->clauses, deadline); });
  }

  Result<SearchHits> Suggest(const SuggestQuery& query) const override {
    if (query.limit > kMaxSuggestions) {
      return Fail(ErrorCode::kInvalidArgument, "too many suggestions are asked for");
    }
    Result<QueryText> text = text::ParseQueryText(query.text);
    if (!text) return ErrorOf(text);
    std::erase_if(text->clauses, [](const Clause& clause) { return clause.excluded; });
    if (text->clauses.empty() || query.readers.empty()) return SearchHits{};
    return Run<SearchHits>([&](const Deadline& deadline) -> Result<SearchHits> {
      const auto builder = Builder(deadline);
      if (!builder) return ErrorOf(builder);
      const std::string titles =
          builder->All(text->clauses, opensearch::FilterOf(query), opensearch::Field::kTitle);
      const auto found =
          Search(opensearch::SearchJson(titles, query.limit + 1, true, false), deadline);
      if (!found) return ErrorOf(found);
      return HitsOf(*found, query.limit);
    });
  }

  Result<std::vector<std::string>> Complete(const CompletionQuery& query) const override {
    if (query.limit > kMaxCompletions) {
      return Fail(ErrorCode::kInvalidArgument, "too many completions are asked for");
    }
    if (const auto text = text::ParseQueryText(query.text); !text) return ErrorOf(text);
    const std::vector<text::TypedWord> words = text::TypedWords(query.text);
    if (words.empty() || !words.back().clause.beginning || query.readers.empty()) {
      return std::vector<std::string>();
    }
    const std::string& beginning = words.back().clause.words.front().plain;
    if (CountCharacters(beginning) < text::kShortestBeginning) return std::vector<std::string>();
    return Run<std::vector<std::string>>(
        [&](const Deadline& deadline) -> Result<std::vector<std::string>> {
          const Parts readable = opensearch::ReadableBy(query.tenant_id, query.readers);
          const auto found = Search(opensearch::BeginningJson(beginning, readable), deadline);
          if (!found) return ErrorOf(found);
          return opensearch::ReadCompletions(*found, beginning, query.limit);
        });
  }

  Result<std::optional<std::string>> Correct(const CorrectionQuery& query) const override {
    if (const auto text = text::ParseQueryText(query.text); !text) return ErrorOf(text);
    std::vector<text::TypedWord> words = text::TypedWords(query.text);
    if (words.size() > kCorrectedWords) words.resize(kCorrectedWords);
    if (words.empty() || query.readers.empty()) return std::optional<std::string>();
    return Run<std::optional<std::string>>(
        [&](const Deadline& deadline) { return Corrected(query, words, deadline); });
  }

  std::vector<TextMatch> FindWords(std::string_view query, std::string_view language,
                                   std::string_view text, std::size_t limit) const override {
    const Result<QueryText> parsed = text::ParseQueryText(query);
    if (!parsed) return {};
    return text::FindClauses(parsed->clauses, language, text, limit);
  }

 private:
  // The generation that is written to and that searches in this process hold on to. Made when it is
  // not there.
  Result<std::shared_ptr<Generation>> Current() const {
    {
      const std::scoped_lock lock(mutex_);
      if (current_) return current_;
    }
    const auto index = generations_.Ensure();
    if (!index) return ErrorOf(index);
    auto made = std::make_shared<Generation>(generations_, connection_, pauses_, *index, true);
    const std::scoped_lock lock(mutex_);
    if (!current_) current_ = std::move(made);
    return current_;
  }

  // The current one, to stage something. What was staged in one that another process has replaced
  // since is lost, and the caller must hear of it.
  Result<std::shared_ptr<Generation>> Writing() {
    auto current = Current();
    if (!current) return current;
    const std::scoped_lock lock(mutex_);
    const auto before = std::exchange(written_, *current);
    if (!before || before == *current) return current;
    written_.reset();
    before->target.DropStaged();
    return FailForNow(ErrorCode::kUnavailable, "the search index was replaced", 1);
  }

  // An index that is gone was replaced by another process, or removed: looked for again.
  template <typename Answer>
  Answer Heard(const std::shared_ptr<Generation>& generation, Answer answer) const {
    if (answer || answer.error().code != ErrorCode::kNotFound) return answer;
    const std::scoped_lock lock(mutex_);
    if (current_ == generation) current_.reset();
    languages_.reset();
    return FailForNow(ErrorCode::kUnavailable, "the search index was replaced", 1);
  }

  template <typename Answer, typename Work>
  Result<Answer> Run(const Work& work) const {
    const Deadline deadline(query_limit_);
    const auto current = Current();
    if (!current) return ErrorOf(current);
    return Heard(*current, Result<Answer>(work(deadline)));
  }

  // Which stemmers the stories of the index need.
  Result<QueryBuilder> Builder(const Deadline& deadline) const {
    {
      const std::scoped_lock lock(mutex_);
      if (languages_ && steady_clock::now() < languages_until_) return QueryBuilder(*languages_);
    }
    const auto reached = opensearch::ReadReached(connection_, generations_.Name(), deadline.Left());
    if (!reached) return ErrorOf(reached);
    const std::scoped_lock lock(mutex_);
    languages_ = reached->stem_languages;
    languages_until_ = steady_clock::now() + kLanguagesStay;
    return QueryBuilder(*languages_);
  }

  Result<Json> Search(const std::string& body, const Deadline& deadline) const {
    const milliseconds left = deadline.Left();
    const auto answer = connection_.Get(
        {"POST",
         "/" + generations_.Name() +
             "/_search?allow_partial_search_results=false&request_cache=false&filter_path="
             "timed_out,hits.total.value,hits.hits._source,hits.hits._id,aggregations",
         body, left});
    if (!answer) return ErrorOf(answer);
    return Whole(*answer);
  }

  static Result<Json> Whole(const Json& answer) {
    const Json timed_out = answer.IsObject() ? answer.Get("timed_out") : Json();
    if (timed_out.kind() == Json::Kind::kBool && !timed_out.AsBool()) return answer;
    return FailForNow(ErrorCode::kUnavailable, "OpenSearch did not search all in time", 1);
  }

  static Json HitList(const Json& answer) {
    const Json hits = answer.Get("hits");
    return hits.IsObject() ? hits.Get("hits") : Json();
  }

  static std::size_t Total(const Json& answer) {
    const Json hits = answer.Get("hits");
    const Json total = hits.IsObject() ? hits.Get("total") : Json();
    const Json value = total.IsObject() ? total.Get("value") : Json();
    return value.kind() == Json::Kind::kInteger ? static_cast<std::size_t>(value.AsInteger()) : 0;
  }

  static SearchHits HitsOf(const Json& answer, std::size_t limit) {
    const Json list = HitList(answer);
    SearchHits hits;
    for (std::size_t i = 0; i < std::min(list.Size(), limit); ++i) {
      const Json source = list.At(i).Get("_source");
      hits.hits.push_back({std::string(source.Get("id").AsString()),
                           std::string(source.Get("legacy_id").AsString())});
    }
    hits.more = list.Size() > limit;
    return hits;
  }

  Result<SearchHits> Stories(const SearchQuery& query, const std::vector<Clause>& clauses,
                             const Deadline& deadline) const {
    const auto builder = Builder(deadline);
    if (!builder) return ErrorOf(builder);
    const Parts filters = opensearch::FilterOf(query);
    const bool ranked = std::any_of(clauses.begin(), clauses.end(),
                                    [](const Clause& clause) { return !clause.excluded; });
    const bool wider = QueryBuilder::AnyIsWider(clauses);
    // At least so many as decide whether one word is enough, and who comes first then.
    const std::size_t size = std::max(query.limit + 1, wider ? kEnough : 1);
    auto found = Search(opensearch::SearchJson(builder->All(clauses, filters), size, ranked, false),
                        deadline);
    if (!found) return ErrorOf(found);
    const Json all = HitList(*found);
    if (wider && all.Size() < kEnough) {
      std::vector<std::string> first;
      for (std::size_t i = 0; i < all.Size(); ++i) {
        first.emplace_back(all.At(i).Get("_id").AsString());
      }
      found = Search(opensearch::SearchJson(builder->Any(clauses, filters, first), query.limit + 1,
                                            ranked, false),
                     deadline);
      if (!found) return ErrorOf(found);
    }
    return HitsOf(*found, query.limit);
  }

  Result<std::optional<std::string>> Corrected(const CorrectionQuery& query,
                                               const std::vector<text::TypedWord>& words,
                                               const Deadline& deadline) const {
    const auto builder = Builder(deadline);
    if (!builder) return ErrorOf(builder);
    const Parts readable = opensearch::ReadableBy(query.tenant_id, query.readers);
    std::vector<std::string> asked;
    for (const text::TypedWord& word : words) {
      asked.push_back(R"({"size": 0, "track_total_hits": 1, "query": )" +
                      builder->Knows(word.clause, readable) + "}");
    }
    const auto known = SearchAll(asked, deadline);
    if (!known) return ErrorOf(known);
    std::vector<const text::TypedWord*> unknown;
    asked.clear();
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::string& plain = words[i].clause.words.front().plain;
      if (Total((*known)[i]) > 0 || !text::MayBeMended(plain)) continue;
      unknown.push_back(&words[i]);
      asked.push_back(opensearch::NearJson(plain, readable));
    }
    if (unknown.empty()) return std::optional<std::string>();
    const auto near = SearchAll(asked, deadline);
    if (!near) return ErrorOf(near);
    std::string text = query.text;
    for (std::size_t i = unknown.size(); i-- > 0;) {  // From the end: so that places stay right.
      const text::TypedWord& word = *unknown[i];
      const auto nearest = opensearch::ReadNearest((*near)[i], word.clause.words.front().plain);
      if (nearest) text.replace(word.begin, word.end - word.begin, *nearest);
    }
    return text == query.text ? std::nullopt : std::optional(std::move(text));
  }

  // Several searches in one request; their answers in order.
  Result<std::vector<Json>> SearchAll(const std::vector<std::string>& bodies,
                                      const Deadline& deadline) const {
    std::string lines;
    for (const std::string& body : bodies) {
      lines.append(R"({"allow_partial_search_results": false})").append("\n");
      lines.append(body).append("\n");
    }
    const auto answer =
        connection_.Get({"POST",
                         "/" + generations_.Name() +
                             "/_msearch?filter_path=responses.timed_out,responses.hits.total.value,"
                             "responses.aggregations,responses.status,responses.error",
                         std::move(lines), deadline.Left()});
    if (!answer) return ErrorOf(answer);
    const Json responses = answer->Get("responses");
    if (responses.Size() != bodies.size()) {
      return Fail(ErrorCode::kUnavailable, "OpenSearch did not answer every search");
    }
    std::vector<Json> answers;
    for (std::size_t i = 0; i < responses.Size(); ++i) {
      const std::string error = opensearch::ErrorType(responses.At(i));
      if (error == "index_not_found_exception") {
        return Fail(ErrorCode::kNotFound, "the search index is not there");
      }
      if (!error.empty()) return Fail(ErrorCode::kUnavailable, "OpenSearch answered " + error);
      auto whole = Whole(responses.At(i));
      if (!whole) return ErrorOf(whole);
      answers.push_back(std::move(*whole));
    }
    return answers;
  }

  const milliseconds query_limit_;
  const std::unique_ptr<HttpClient> client_;
  const Connection connection_;
  Pauses& pauses_;
  const Generations generations_;

  mutable std::mutex mutex_;
  mutable std::shared_ptr<Generation> current_;
  std::shared_ptr<Generation> written_;  // What Apply staged into.
  std::weak_ptr<Generation> next_;
  bool starting_ = false;
  mutable std::optional<std::set<std::string>> languages_;
  mutable steady_clock::time_point languages_until_;
};

}  // namespace

std::unique_ptr<RemoteSearchIndex> OpenOpenSearchIndex(const OpenSearchOptions& options,
                                                       std::unique_ptr<HttpClient> client,
                                                       Pauses& pauses) {
  return std::make_unique<Index>(options, std::move(client), pauses);
}

}  // namespace heirloom
