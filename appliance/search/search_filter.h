#pragma once

#include "appliance/search/search_service.h"

namespace heirloom {

// Whether the story passes the filters of the request, all but the words: the same that the index
// was asked with, on what is true now.
bool PassesFilters(const StoryGlimpse& story, const SearchRequest& request);

// What a cursor belongs to, so that it is not taken for another search's.
std::string FingerprintOf(const SearchRequest& request);

// The same search as the index is asked. `readers` are the asker's.
SearchQuery QueryOf(const Principal& who, const SearchRequest& request,
                    std::vector<std::string> readers);

// A token needs the scope to read stories even where there is none to be found.
Status RequireSearchScope(const Principal& who);

// The reader terms of `who`: of one legacy when one is asked for, since nothing else can be found
// then.
Result<std::vector<std::string>> ReadersOf(LegacyService& legacies, const Principal& who,
                                           const std::optional<Id>& legacy_id);

// What a hit is worth to who cannot see what was left out: 1 for the first, falling.
double ScoreOfRank(std::size_t rank);

}  // namespace heirloom
