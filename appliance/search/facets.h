#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "appliance/stories/story_lookup_service.h"

namespace heirloom {

struct FacetValue {
  std::string value;  // What to filter by.
  std::string label;  // What to show, where it is something else.
  std::int64_t count = 0;
};

// How many of some stories each filter would leave. Most first, then by value; decades in order.
struct Facets {
  bool complete = true;  // They cover all that was found.
  std::vector<FacetValue> tags;
  std::vector<FacetValue> authors;
  std::vector<FacetValue> languages;  // Without regions: de counts de-AT.
  std::vector<FacetValue> legacies;
  // EDTF decades: "195X". A story counts in every decade that it may have happened in; an open end
  // reaches no further than the dates of the others.
  std::vector<FacetValue> decades;
};

inline constexpr std::size_t kMaxFacetValues = 50;  // Of each kind.

// `stories` were decided on: nothing else is counted.
Facets CountFacets(const std::vector<StoryGlimpse>& stories);

}  // namespace heirloom
