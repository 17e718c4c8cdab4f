#include "appliance/search/semantic_search_service.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "appliance/base/number.h"
#include "appliance/base/text.h"
#include "appliance/search/search_filter.h"

namespace heirloom {
namespace {

constexpr std::chrono::milliseconds kWaitForWrite{2000};
// Passages less like the question than that have nothing to do with it: words picked at random are
// at 0.1.
constexpr double kLeastSimilarity = 0.2;
constexpr char kList[] = "meaning";  // Where the other search names the list it keeps.

// Where a page begins, among the stories found.
Result<std::size_t> BeginOf(const SearchRequest& request) {
  const std::vector<std::string>& after = request.after;
  if (after.empty()) return std::size_t{0};
  if (after.size() == 4 && after[0] == FingerprintOf(request) && after[1] == kList) {
    const auto begin = ParseNumber<std::size_t>(after[2]);
    if (begin && *begin <= SemanticSearchService::kMaxFound) return *begin;
  }
  return FailFields({{"?cursor", "is not a cursor of this search"}});
}

// Bytes [begin, end) of the text as it is now, which may be another than the one that was embedded.
std::string_view Passage(const std::string& text, const ChunkHit& hit) {
  const auto border = [&](std::size_t at) {
    at = std::min(at, text.size());
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
    return at;
  };
  const std::size_t begin = border(hit.begin);
  const std::size_t end = std::max(begin, border(hit.end));
  const std::string_view whole = text;
  return begin == end ? whole : whole.substr(begin, end - begin);
}

}  // namespace

Result<FoundPage> SemanticSearchService::Search(const Principal& who,
                                                const SearchRequest& request) {
  if (const Status may = RequireSearchScope(who); !may) return ErrorOf(may);
  if (CollapseSpace(request.text).empty()) {
    return FailFields({{"?q", "is required with mode=semantic"}});
  }
  if (!chunks_ || !embedder_ || !indexer_) {
    return Fail(ErrorCode::kUnavailable,
                "Search by meaning is switched off here: index.embedder is \"none\".");
  }
  const auto begin = BeginOf(request);
  if (!begin) return ErrorOf(begin);
  FoundPage page;
  const bool reached = !request.at_least || indexer_->WaitFor(*request.at_least, kWaitForWrite);
  page.stale = !reached || indexer_->State().foreign;
  const auto hits = Propose(who, request);
  if (!hits) return ErrorOf(hits);

  std::vector<Id> ids;
  std::unordered_map<std::string_view, std::size_t> ranks;
  for (const ChunkHit& hit : *hits) {
    ranks.emplace(hit.id, ids.size());
    ids.push_back(hit.id);
  }
  std::size_t next = ids.size();
  const auto choose = [&](std::vector<StoryGlimpse> readable) {
    // Changed since it was proposed: as if it had not been.
    std::erase_if(readable, [&](const auto& each) { return !PassesFilters(each, request); });
    if (request.facets && *begin == 0) {
      page.facets = CountFacets(readable);
      page.facets->complete = ids.size() < kMaxFound;
    }
    std::erase_if(readable, [&](const auto& each) { return ranks.at(each.id) < *begin; });
    if (readable.size() > request.limit) {
      next = ranks.at(readable[request.limit].id);
      readable.resize(request.limit);
    }
    return readable;
  };
  auto stories = stories_.Look(who, ids, choose);
  if (!stories) return ErrorOf(stories);
  for (LookedUpStory& story : *stories) {
    const std::size_t rank = ranks.at(story.glimpse.id);
    FoundStory found;
    found.title = MarkAll(story.glimpse.title, {});
    found.snippet = {{std::string(Passage(story.text, (*hits)[rank])), false}};
    found.score = ScoreOfRank(rank);
    found.updated_at = story.updated_at;
    found.story = std::move(story.glimpse);
    page.items.push_back(std::move(found));
  }
  if (next < ids.size()) {
    page.next = {FingerprintOf(request), kList, std::to_string(next), std::to_string(next)};
  }
  return page;
}

Result<std::vector<ChunkHit>> SemanticSearchService::Propose(const Principal& who,
                                                             const SearchRequest& request) {
  auto readers = ReadersOf(legacies_, who, request.legacy_id);
  if (!readers) return ErrorOf(readers);
  const auto model = embedder_->Model();
  if (!model) return ErrorOf(model);
  const std::array<std::string, 1> question = {request.text};
  auto vectors = embedder_->Embed(question);
  if (!vectors) return ErrorOf(vectors);

  SearchQuery words = QueryOf(who, request, std::move(*readers));
  ChunkQuery query;
  query.tenant_id = std::move(words.tenant_id);
  query.readers = std::move(words.readers);
  query.model = model->id;
  query.vector = std::move(vectors->front());
  query.legacy_id = std::move(words.legacy_id);
  query.statuses = std::move(words.statuses);
  query.tags = std::move(words.tags);
  query.author = std::move(words.author);
  query.language = std::move(words.language);
  query.from = words.from;
  query.to = words.to;
  query.limit = kMaxFound;
  auto hits = chunks_->Knn(query);
  if (!hits && hits.error().code == ErrorCode::kConflict) {
    return Fail(ErrorCode::kUnavailable, "The stories are being embedded by another model now.");
  }
  if (!hits) return ErrorOf(hits);
  std::erase_if(*hits, [](const ChunkHit& hit) { return hit.similarity < kLeastSimilarity; });
  return hits;
}

}  // namespace heirloom
