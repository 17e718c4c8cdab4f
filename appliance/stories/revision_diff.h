#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "appliance/domain/story.h"
#include "appliance/stories/text_diff.h"

namespace heirloom {

// A field other than the text. nullopt: it said nothing.
struct FieldChange {
  std::string field;
  std::optional<std::string> before;
  std::optional<std::string> after;

  friend bool operator==(const FieldChange&, const FieldChange&) = default;
};

struct RevisionDiff {
  std::int64_t from = 0;  // 0: nothing.
  std::int64_t to = 0;
  std::vector<FieldChange> fields;  // Those that differ, in the order of the API.
  TextDiff text;
};

// `before` nullopt: everything is new.
RevisionDiff DiffRevisions(const std::optional<Revision>& before, const Revision& after);

}  // namespace heirloom
