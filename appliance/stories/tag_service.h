#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/stories/story_service.h"
#include "appliance/stories/tag_repository.h"
#include "storage/database.h"

namespace heirloom {

struct TagRenamed {
  std::int64_t changed = 0;  // Stories that got a revision.
  bool merged = false;       // The new name was in use before.
};

// The tags of a legacy's stories. Two spellings with one FoldKey are one tag. Thread-safe.
class TagService {
 public:
  TagService(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // By key, with how many of the stories that `who` may read carry each; archived ones are left
  // out, as in lists. Cursor parts: key.
  Result<StoryPage<TagCount>> List(const Principal& who, const Id& legacy_id,
                                   const std::vector<std::string>& after, std::int64_t limit);
  // kNotFound unless `who` may read the legacy's stories.
  Status RequireSeen(const Principal& who, const Id& legacy_id);
  // On every story that is not in the bin, archived ones too. Many stories are changed in several
  // transactions; when it fails in between, the same call goes on. Renaming a tag to itself in
  // another spelling is renaming too.
  Result<Written<TagRenamed>> Rename(const Principal& who, const Id& legacy_id,
                                     const std::string& from, const std::string& to);

 private:
  Database& database_;
  const Clock& clock_;
};

}  // namespace heirloom
