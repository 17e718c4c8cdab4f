#include "appliance/search/search_service.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "appliance/base/number.h"
#include "appliance/search/search_filter.h"

namespace heirloom {
namespace {

constexpr std::chrono::milliseconds kWaitForWrite{2000};
constexpr std::size_t kCounted = 1000;  // Proposals that facets are counted of.
constexpr std::size_t kLookedAt = 128;  // Without facets: a page, and some that are theirs no more.
constexpr std::size_t kCorrectionHits = 8;
constexpr std::size_t kMaxMatches = 64;  // Marked in one story.
constexpr std::size_t kSuggestedAtOnce = 32;
static_assert(kCounted + kCorrectionHits <= StoryLookupService::kMaxIds);

bool ReadNumber(const std::string& text, std::size_t& into) {
  const auto number = ParseNumber<std::size_t>(text);
  into = number.value_or(0);
  return number && *number <= kMaxSearchHits;
}

std::vector<Id> IdsOf(const SearchHits& hits) {
  std::vector<Id> ids;
  ids.reserve(hits.hits.size());
  for (const SearchHit& hit : hits.hits) ids.push_back(hit.id);
  return ids;
}

}  // namespace

// Where a page begins.
struct SearchService::Place {
  std::string list;        // Its name; empty for the first page.
  std::size_t offset = 0;  // In the list.
  std::size_t rank = 0;    // Among those shown.

  static Result<Place> Of(const SearchRequest& request) {
    Place place;
    const std::vector<std::string>& after = request.after;
    if (after.empty()) return place;
    if (after.size() != 4 || after[0] != FingerprintOf(request) || after[1].empty() ||
        !ReadNumber(after[2], place.offset) || !ReadNumber(after[3], place.rank)) {
      return FailFields({{"?cursor", "is not a cursor of this search"}});
    }
    place.list = after[1];
    return place;
  }
};

// What the index says.
struct SearchService::Proposal {
  ResultLists::Stories stories;
  bool whole = true;  // There are no further ones.
  bool restarted = false;
  std::optional<std::string> corrected;  // The text with its words spelt right,
  std::vector<Id> corrected_hits;        // and some of what that finds.
};

Result<FoundPage> SearchService::Search(const Principal& who, const SearchRequest& request) {
  if (const Status may = RequireSearchScope(who); !may) return ErrorOf(may);
  const auto place = Place::Of(request);
  if (!place) return ErrorOf(place);
  FoundPage page;
  const bool reached = !request.at_least || indexer_.WaitFor(*request.at_least, kWaitForWrite);
  const bool foreign = indexer_.State().foreign;
  page.stale = foreign || !reached;
  auto proposal = Propose(who, request, *place, foreign);
  if (!proposal) return ErrorOf(proposal);
  page.restarted = proposal->restarted;

  const std::vector<Id>& all = *proposal->stories;
  const bool count = request.facets && place->list.empty();
  const std::size_t begin = std::min(place->offset, all.size());
  const std::size_t end = std::min(all.size(), begin + (count ? kCounted : kLookedAt));
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t i = begin; i < end; ++i) places.emplace(all[i], i);
  std::vector<Id> ids(all.begin() + static_cast<std::ptrdiff_t>(begin),
                      all.begin() + static_cast<std::ptrdiff_t>(end));
  for (const Id& id : proposal->corrected_hits) {
    if (!places.contains(id)) ids.push_back(id);
  }

  std::size_t next = end;
  const auto choose = [&](std::vector<StoryGlimpse> readable) {
    // Changed since it was proposed: as if it had not been.
    std::erase_if(readable, [&](const auto& each) { return !PassesFilters(each, request); });
    const bool corrected = std::any_of(readable.begin(), readable.end(), [&](const auto& each) {
      return std::find(proposal->corrected_hits.begin(), proposal->corrected_hits.end(), each.id) !=
             proposal->corrected_hits.end();
    });
    if (corrected) page.did_you_mean = proposal->corrected;
    std::erase_if(readable, [&](const auto& each) { return !places.contains(each.id); });
    if (count) {
      page.facets = CountFacets(readable);
      page.facets->complete = end == all.size() && proposal->whole;
    }
    if (readable.size() > request.limit) {
      next = places.at(readable[request.limit].id);
      readable.resize(request.limit);
    }
    return readable;
  };
  auto stories = stories_.Look(who, ids, choose);
  if (!stories) return ErrorOf(stories);

  std::size_t rank = place->rank;
  for (LookedUpStory& story : *stories) {
    page.items.push_back(Show(request, std::move(story), rank++));
  }
  if (next < all.size()) {
    const std::string fingerprint = FingerprintOf(request);
    const bool kept = !place->list.empty() && !page.restarted;
    const std::string list =
        kept ? place->list : lists_.Keep(who.user_id + fingerprint, who.user_id, proposal->stories);
    page.next = {fingerprint, list, std::to_string(next), std::to_string(rank)};
  }
  return page;
}

Result<SearchService::Proposal> SearchService::Propose(const Principal& who,
                                                       const SearchRequest& request,
                                                       const Place& place, bool foreign) {
  Proposal proposal;
  auto readers = ReadersOf(legacies_, who, request.legacy_id);
  if (!readers) return ErrorOf(readers);
  if (!place.list.empty()) {
    proposal.stories = lists_.Find(place.list, who.user_id + FingerprintOf(request));
    if (proposal.stories) return proposal;
    proposal.restarted = true;
  }
  const SearchQuery query = QueryOf(who, request, std::move(*readers));
  const auto hits = index_.Query(query);
  if (!hits) return ErrorOf(hits);
  proposal.stories = std::make_shared<const std::vector<Id>>(IdsOf(*hits));
  proposal.whole = !hits->more;
  // An index of another truth may know words that nobody may be shown now.
  if (place.list.empty() && !foreign) {
    if (const Status corrected = Correct(query, proposal); !corrected) return ErrorOf(corrected);
  }
  return proposal;
}

Status SearchService::Correct(const SearchQuery& query, Proposal& proposal) const {
  auto corrected = index_.Correct({query.tenant_id, query.readers, query.text});
  if (!corrected) return ErrorOf(corrected);
  if (!*corrected) return {};
  SearchQuery again = query;
  again.text = **corrected;
  again.limit = kCorrectionHits;
  const auto hits = index_.Query(again);
  if (!hits) return ErrorOf(hits);
  proposal.corrected = std::move(*corrected);
  proposal.corrected_hits = IdsOf(*hits);
  return {};
}

FoundStory SearchService::Show(const SearchRequest& request, LookedUpStory story,
                               std::size_t rank) const {
  const auto find = [&](const std::string& text) {
    return index_.FindWords(request.text, story.glimpse.language, text, kMaxMatches);
  };
  FoundStory found;
  found.title = MarkAll(story.glimpse.title, find(story.glimpse.title));
  found.snippet = MakeSnippet(story.text, find(story.text));
  found.score = ScoreOfRank(rank);
  found.updated_at = story.updated_at;
  found.story = std::move(story.glimpse);
  return found;
}

Result<std::vector<SearchSuggestion>> SearchService::Suggest(const Principal& who,
                                                             const std::string& text,
                                                             const std::optional<Id>& legacy_id,
                                                             std::size_t limit) {
  if (const Status may = RequireSearchScope(who); !may) return ErrorOf(may);
  auto readers = ReadersOf(legacies_, who, legacy_id);
  if (!readers) return ErrorOf(readers);
  std::vector<std::string> words;
  if (!indexer_.State().foreign) {
    auto completed = index_.Complete({who.tenant_id, *readers, text, limit});
    if (!completed) return ErrorOf(completed);
    words = std::move(*completed);
  }
  const auto hits =
      index_.Suggest({who.tenant_id, std::move(*readers), text, legacy_id, kSuggestedAtOnce});
  if (!hits) return ErrorOf(hits);
  auto stories = stories_.Glimpse(who, IdsOf(*hits));
  if (!stories) return ErrorOf(stories);
  std::erase_if(*stories,
                [](const StoryGlimpse& each) { return each.status == StoryStatus::kArchived; });
  // Half for words, more where stories leave room.
  const std::size_t for_words =
      std::min(words.size(), std::max(limit / 2, limit - std::min(limit, stories->size())));
  std::vector<SearchSuggestion> suggestions;
  for (StoryGlimpse& story : *stories) {
    if (suggestions.size() == limit - for_words) break;
    suggestions.push_back(
        {std::move(story.id), std::move(story.legacy_id), std::move(story.title)});
  }
  for (std::size_t i = 0; i < for_words; ++i) {
    suggestions.push_back({std::nullopt, "", std::move(words[i])});
  }
  return suggestions;
}

}  // namespace heirloom
