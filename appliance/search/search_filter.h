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

}  // namespace heirloom
