#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/domain/edtf.h"
#include "appliance/stories/story_repository.h"
#include "storage/database.h"

// Columns 0 to 18 of every story read. A head has '' for name, document and text for the excerpt.
#define HEIRLOOM_STORY_COLUMNS                                                              \
  "s.id, s.legacy_id, s.created_by, s.title, s.status, s.tags, s.language, s.happened_at, " \
  "s.place, s.author, s.revision, s.version, s.created_at, s.updated_at, l.visibility, m.rank, "
#define HEIRLOOM_STORY_HEAD HEIRLOOM_STORY_COLUMNS "'', '', s.excerpt "
#define HEIRLOOM_STORY_WHOLE HEIRLOOM_STORY_COLUMNS "u.name, s.document, s.text "
// `m` is the membership of the asker, $2.
#define HEIRLOOM_STORY_FROM                                                                       \
  "FROM stories s JOIN legacies l ON l.tenant_id = s.tenant_id AND l.id = s.legacy_id LEFT JOIN " \
  "members m ON m.tenant_id = s.tenant_id AND m.legacy_id = s.legacy_id AND m.user_id = $2 "
#define HEIRLOOM_STORY_CREATOR "JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.created_by "

namespace heirloom {

// How columns of `stories` are read and asked for: shared by this room's repositories.

// `user` is the asker.
StoryRow StoryFrom(const Row& row, std::string_view user);

std::string TagsToJson(const std::vector<std::string>& tags);

std::vector<std::string> TagsFromJson(std::string_view text);
std::optional<Edtf> DateAt(const Row& row, int column);

}  // namespace heirloom
