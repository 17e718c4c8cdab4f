#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "appliance/domain/position.h"
#include "appliance/domain/principal.h"
#include "appliance/legacies/legacy_service.h"
#include "appliance/search/indexer.h"
#include "appliance/search/snippet.h"
#include "appliance/stories/story_service.h"
#include "index/search_index.h"

namespace heirloom {

struct SearchRequest {
  std::string text = {};
  std::optional<Id> legacy_id = {};
  std::vector<std::string> tags = {};
  std::optional<std::string> author = {};
  std::optional<std::string> language = {};
  std::optional<Edtf> from = {};
  std::optional<Edtf> to = {};
  std::vector<std::string> after = {};  // Cursor parts.
  std::size_t limit = 30;
  std::optional<Position> at_least = {};  // From the asker's last write.
};

struct FoundStory {
  Story story;
  std::vector<SnippetPiece> snippet;
  double score = 0;  // From the rank alone: 1 for the first, falling.
};

struct FoundPage {
  std::vector<FoundStory> items;
  std::vector<std::string> next;  // Cursor parts; empty on the last page.
  bool stale = false;             // The index had not reached `at_least`.
};

struct StorySuggestion {
  Id id;
  Id legacy_id;
  std::string title;
};

// Finds stories by words. The index proposes, by the asker's reader terms; every proposal is then
// read from the truth and passes the policy, and what is shown of it (title, snippet, tags) comes
// from the truth. Thread-safe.
class SearchService {
 public:
  SearchService(SearchIndex& index, Indexer& indexer, StoryService& stories,
                LegacyService& legacies)
      : index_(index), indexer_(indexer), stories_(stories), legacies_(legacies) {}

  Result<FoundPage> Search(const Principal& who, const SearchRequest& request);
  Result<std::vector<StorySuggestion>> Suggest(const Principal& who, const std::string& text,
                                               const std::optional<Id>& legacy_id,
                                               std::size_t limit);

 private:
  Result<std::vector<std::string>> ReadersOf(const Principal& who);

  SearchIndex& index_;
  Indexer& indexer_;
  StoryService& stories_;
  LegacyService& legacies_;
};

}  // namespace heirloom
