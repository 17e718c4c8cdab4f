#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/domain/position.h"
#include "appliance/domain/principal.h"
#include "appliance/legacies/legacy_service.h"
#include "appliance/search/facets.h"
#include "appliance/search/indexer.h"
#include "appliance/search/result_lists.h"
#include "appliance/search/snippet.h"
#include "appliance/stories/story_lookup_service.h"
#include "index/search_index.h"

namespace heirloom {

struct SearchRequest {
  std::string text = {};
  std::optional<Id> legacy_id = {};
  std::optional<StoryStatus> status = {};  // nullopt: all but archived stories.
  std::vector<std::string> tags = {};
  std::optional<std::string> author = {};
  std::optional<std::string> language = {};
  std::optional<Edtf> from = {};
  std::optional<Edtf> to = {};
  // By meaning instead of words: what SemanticSearchService answers.
  bool semantic = false;
  bool facets = false;                    // Count them, on the first page.
  std::vector<std::string> after = {};    // Cursor parts.
  std::size_t limit = 30;                 // At most 100.
  std::optional<Position> at_least = {};  // From the asker's last write.
};

struct FoundStory {
  StoryGlimpse story;
  Time updated_at;
  std::vector<SnippetPiece> title;
  std::vector<SnippetPiece> snippet;
  double score = 0;  // From the rank alone: 1 for the first, falling.
};

struct FoundPage {
  std::vector<FoundStory> items;
  std::vector<std::string> next;  // Cursor parts; empty on the last page.
  // The list that the earlier pages came from is kept no longer: this page goes on at the same
  // place of a new one, so that stories may come twice or be left out.
  bool restarted = false;
  // The index had not reached `at_least`, or is being built again for another truth than it knew.
  bool stale = false;
  std::optional<std::string> did_you_mean;
  std::optional<Facets> facets;
};

struct SearchSuggestion {
  std::optional<Id> story;  // None: a word that completes the last one typed.
  Id legacy_id;
  std::string text;
};

// Finds stories by words. The index proposes, by the asker's reader terms; every proposal is then
// read from the truth and passes the policy and the filters again, and what is shown or counted of
// it comes from there. A search is three statements, however much it finds. Thread-safe.
class SearchService {
 public:
  SearchService(SearchIndex& index, Indexer& indexer, StoryLookupService& stories,
                LegacyService& legacies, const Clock& clock)
      : index_(index), indexer_(indexer), stories_(stories), legacies_(legacies), lists_(clock) {}

  Result<FoundPage> Search(const Principal& who, const SearchRequest& request);
  Result<std::vector<SearchSuggestion>> Suggest(const Principal& who, const std::string& text,
                                                const std::optional<Id>& legacy_id,
                                                std::size_t limit);

 private:
  struct Place;
  struct Proposal;

  Result<Proposal> Propose(const Principal& who, const SearchRequest& request, const Place& place,
                           bool foreign);
  Status Correct(const SearchQuery& query, Proposal& proposal) const;
  FoundStory Show(const SearchRequest& request, LookedUpStory story, std::size_t rank) const;

  SearchIndex& index_;
  Indexer& indexer_;
  StoryLookupService& stories_;
  LegacyService& legacies_;
  ResultLists lists_;
};

}  // namespace heirloom
