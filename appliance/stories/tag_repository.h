#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/stories/story_repository.h"
#include "storage/database.h"

namespace heirloom {

struct TagCount {
  std::string tag;  // As the newest story that carries it spells it.
  std::int64_t count = 0;
};

// SQL of the tags of one legacy's stories.
namespace tag_repository {

struct TagRow {
  std::string key;  // FoldKey
  TagCount count;
};
// By key, after one. Counted are stories that `user` may read and that lists show.
Result<std::vector<TagRow>> Counts(Reader& reader, std::string_view tenant, const Id& legacy,
                                   const Id& user, std::string_view after_key, std::int64_t limit);

// Whether any story of the legacy carries it.
Result<bool> InUse(Reader& reader, std::string_view tenant, const Id& legacy, std::string_view key);

// A story, whole, with the digest of its newest revision.
struct TaggedStory {
  StoryRow row;
  std::string digest;
};
// Those that carry it, by id, after one; fewer than `limit` when their documents are large. Empty
// when there are no more.
Result<std::vector<TaggedStory>> Carrying(Reader& reader, std::string_view tenant, const Id& legacy,
                                          const Id& user, std::string_view key,
                                          std::string_view after_id, std::int64_t limit);

}  // namespace tag_repository
}  // namespace heirloom
