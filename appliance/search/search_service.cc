#include "appliance/search/search_service.h"

#include <charconv>

#include "appliance/base/encoding.h"
#include "appliance/domain/policy.h"

namespace heirloom {
namespace {

constexpr std::chrono::milliseconds kWaitForWrite{2000};
constexpr std::size_t kMaxOffset = 10'000;
constexpr std::size_t kAtOnce = 32;      // Rows read from the truth in one go.
constexpr std::size_t kMaxMatches = 64;  // Marked in one story.

double ScoreOfRank(std::size_t rank) { return 1.0 / (1.0 + static_cast<double>(rank) / 10.0); }

// What a cursor belongs to, so that it is not taken for another query's.
std::string FingerprintOf(const SearchRequest& request) {
  std::string all = request.text + "\n" + request.legacy_id.value_or("");
  for (const std::string& tag : request.tags) all += "\n#" + tag;
  all += "\n" + request.author.value_or("") + "\n" + request.language.value_or("");
  all += "\n" + (request.from ? request.from->text : "");
  all += "\n" + (request.to ? request.to->text : "");
  return Sha256Hex(all).substr(0, 12);
}

struct Place {
  std::size_t offset = 0;  // Among the index's candidates.
  std::size_t rank = 0;    // Among those shown.
};

Result<Place> PlaceOf(const SearchRequest& request) {
  Place place;
  if (request.after.empty()) return place;
  const auto number = [](const std::string& text, std::size_t& into) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc() && end == text.data() + text.size() && into <= kMaxOffset;
  };
  if (request.after.size() != 3 || request.after[0] != FingerprintOf(request) ||
      !number(request.after[1], place.offset) || !number(request.after[2], place.rank)) {
    return FailFields({{"?cursor", "is not a cursor of this search"}});
  }
  return place;
}

SearchQuery QueryOf(const Principal& who, const SearchRequest& request,
                    std::vector<std::string> readers) {
  SearchQuery query;
  query.tenant_id = who.tenant_id;
  query.readers = std::move(readers);
  query.text = request.text;
  query.legacy_id = request.legacy_id;
  query.tags = request.tags;
  query.author = request.author;
  query.language = request.language;
  if (request.from) query.from = request.from->first;
  if (request.to) query.to = request.to->last;
  return query;
}

std::vector<Id> IdsOf(const SearchHits& hits) {
  std::vector<Id> ids;
  for (const SearchHit& hit : hits.hits) ids.push_back(hit.id);
  return ids;
}

// A token needs the scope to read stories even where there is none to be found.
Status RequireScope(const Principal& who) {
  return Require(who, Action::kReadStory, {Role::kOwner, Visibility::kMembers, std::nullopt, false},
                 "story");
}

}  // namespace

Result<FoundPage> SearchService::Search(const Principal& who, const SearchRequest& request) {
  if (const Status may = RequireScope(who); !may) return ErrorOf(may);
  auto place = PlaceOf(request);
  if (!place) return ErrorOf(place);
  FoundPage page;
  if (request.at_least) page.stale = !indexer_.WaitFor(*request.at_least, kWaitForWrite);
  auto readers = ReadersOf(who);
  if (!readers) return ErrorOf(readers);
  SearchQuery query = QueryOf(who, request, std::move(*readers));
  query.limit = kAtOnce;
  for (;;) {
    query.offset = place->offset;
    const auto hits = index_.Query(query);
    if (!hits) return ErrorOf(hits);
    auto views = stories_.Readable(who, IdsOf(*hits));
    if (!views) return ErrorOf(views);
    auto view = views->begin();
    for (const SearchHit& hit : hits->hits) {
      if (page.items.size() == request.limit) {
        page.next = {FingerprintOf(request), std::to_string(place->offset),
                     std::to_string(place->rank)};
        return page;
      }
      ++place->offset;
      // Gone or no longer theirs since it was indexed: the next one takes its place.
      if (view == views->end() || view->story.id != hit.id) continue;
      Story& story = (view++)->story;
      auto snippet = MakeSnippet(
          story.content.text,
          index_.FindWords(request.text, story.content.language, story.content.text, kMaxMatches));
      page.items.push_back({std::move(story), std::move(snippet), ScoreOfRank(place->rank++)});
    }
    if (!hits->more || place->offset >= kMaxOffset) return page;
  }
}

Result<std::vector<StorySuggestion>> SearchService::Suggest(const Principal& who,
                                                            const std::string& text,
                                                            const std::optional<Id>& legacy_id,
                                                            std::size_t limit) {
  if (const Status may = RequireScope(who); !may) return ErrorOf(may);
  auto readers = ReadersOf(who);
  if (!readers) return ErrorOf(readers);
  const auto hits = index_.Suggest({who.tenant_id, std::move(*readers), text, legacy_id, kAtOnce});
  if (!hits) return ErrorOf(hits);
  auto views = stories_.Readable(who, IdsOf(*hits));
  if (!views) return ErrorOf(views);
  std::vector<StorySuggestion> suggestions;
  for (StoryView& view : *views) {
    if (suggestions.size() == limit) break;
    suggestions.push_back({view.story.id, view.story.legacy_id, view.story.content.title});
  }
  return suggestions;
}

Result<std::vector<std::string>> SearchService::ReadersOf(const Principal& who) {
  const auto memberships = legacies_.MembershipsOf(who);
  if (!memberships) return ErrorOf(memberships);
  return ReaderTermsOf(who, *memberships);
}

}  // namespace heirloom
