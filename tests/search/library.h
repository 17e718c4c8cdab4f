#pragma once

#include <memory>
#include <string>
#include <vector>

#include "appliance/search/search_service.h"
#include "index/xapian/xapian_index.h"
#include "tests/support/counting_database.h"
#include "tests/support/household.h"

namespace heirloom::testing {

// A house whose stories can be found. The index follows by itself, as in the daemon.
struct Library : Household {
  std::unique_ptr<SearchIndex> index = OpenXapianIndex({.directory = folder / "index"}).value();
  std::unique_ptr<Indexer> indexer = std::make_unique<Indexer>(*database, feed, *index, clock);
  CountingDatabase counted{*database};
  StoryLookupService lookup{counted};
  LegacyService counted_legacies{counted, clock, ids};
  SearchService search{*index, *indexer, lookup, counted_legacies, clock};
  Principal ada = Person("ada");
  Id legacy = LegacyOf(ada);

  Library() { indexer->Start(); }

  Position Head() {
    return ReadOne(*database, [](Reader& reader) { return reader.Head(); }).value();
  }
  void CatchUp() {
    if (!indexer->WaitFor(Head(), std::chrono::seconds(60))) Panic("the index does not follow");
  }
  Story Put(const Principal& who, const Id& into, const StoryInput& input) {
    const auto made = stories.Create(who, into, input);
    if (!made) Panic(made.error().message);
    return made->value.story;
  }
  FoundPage Page(const Principal& who, const SearchRequest& request) {
    const auto page = search.Search(who, request);
    if (!page) Panic(page.error().message);
    return *page;
  }
  // Titles found, after the index has caught up.
  std::vector<std::string> Find(const Principal& who, const SearchRequest& request) {
    CatchUp();
    std::vector<std::string> titles;
    for (const FoundStory& found : Page(who, request).items) titles.push_back(found.story.title);
    return titles;
  }
  std::vector<std::string> Find(const Principal& who, const std::string& text) {
    SearchRequest request;
    request.text = text;
    return Find(who, request);
  }
};

}  // namespace heirloom::testing
