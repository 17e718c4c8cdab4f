#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/domain/edtf.h"
#include "appliance/domain/legacy.h"

namespace heirloom {

enum class StoryStatus { kDraft, kPublished, kArchived };

std::string_view ToString(StoryStatus status);
std::optional<StoryStatus> ParseStoryStatus(std::string_view text);

// All of a story that a person writes: what a revision keeps and its content hash covers.
struct StoryContent {
  std::string title;
  std::string document;  // TipTap JSON in canonical form (appliance/content/document.h).
  std::string text;      // Plain text of `document`.
  StoryStatus status = StoryStatus::kPublished;
  std::vector<std::string> tags;
  std::string language;  // BCP 47
  std::optional<Edtf> happened_at;
  std::optional<std::string> place;
  std::string author;  // Written name of who tells it.

  friend bool operator==(const StoryContent&, const StoryContent&) = default;
};

struct Story {
  Id id;
  Id legacy_id;
  Id created_by;
  std::string created_by_name;
  StoryContent content;
  std::int64_t revision = 0;  // Number of the newest revision, from 1.
  std::int64_t version = 0;   // Grows with every change; the ETag.
  Time created_at;
  Time updated_at;
};

struct Revision {
  std::int64_t number = 0;
  std::string author;  // Written name of who saved it.
  std::string note;
  Time created_at;
  std::string content_hash;  // Hex.
  std::string digest;        // Hex.
  StoryContent content;      // Title alone is filled in lists.
};

// A story as it is now, for a projection to follow. Without document.
struct StoryState {
  std::string tenant_id;
  Story story;
  Visibility visibility = Visibility::kMembers;
  bool gone = false;  // Deleted, or its legacy was.
};

}  // namespace heirloom
