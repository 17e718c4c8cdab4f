#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/fields.h"
#include "appliance/base/json.h"
#include "appliance/domain/legacy.h"
#include "appliance/domain/story.h"

namespace heirloom::archive {

// What an archive says of things, as values and as its JSON files (appliance/api/archive). Things
// are named by the id that they were born with, wherever that was.

// Somebody who belonged to a legacy: a name and what they were, never an account.
struct WrittenMember {
  std::string name;
  Role role = Role::kViewer;

  friend bool operator==(const WrittenMember&, const WrittenMember&) = default;
};

struct ArchivedLegacy {
  Legacy legacy;  // Without version.
  std::vector<WrittenMember> members;
};

struct ArchivedStory {
  Id id;
  Id legacy_id;
  StoryContent content;             // What the newest revision says.
  std::int64_t revision_count = 0;  // Which are numbered from 1.
  Time created_at;
  Time updated_at;
};

struct ArchivedRevision {
  Revision revision;      // With its content.
  std::string canonical;  // The content's JSON, which the content hash covers.
};

std::string LegacyJson(const Legacy& legacy);
std::string MembersJson(const Id& legacy_id, const std::vector<WrittenMember>& members);
std::string StoryJson(const ArchivedStory& story);
std::string RevisionJson(const ArchivedRevision& revision);

// Each notes in `fields` what is wrong; what it gives counts only when that was nothing. The caller
// refuses unknown fields and checks.
Legacy ReadLegacy(FieldReader& fields, std::string_view id_key);
std::vector<WrittenMember> ReadMembers(FieldReader& fields, std::string_view key);
Time ReadTime(FieldReader& fields, std::string_view key);
Id ReadId(FieldReader& fields, std::string_view key);
std::string ReadHash(FieldReader& fields, std::string_view key);

Result<Legacy> ParseLegacy(const Json& json);
Result<std::vector<WrittenMember>> ParseMembers(const Json& json, const Id& legacy_id);
Result<ArchivedStory> ParseStory(const Json& json);
// The content hash is recomputed. kInvalidArgument when it is another.
Result<ArchivedRevision> ParseRevision(const Json& json, std::string_view pointer);

// kInvalidArgument unless `revision` is the one after `parent` (nullptr: the first) and its digest
// seals the chain.
Status CheckLink(std::int64_t number_before, std::string_view digest_before,
                 const Revision& revision);

}  // namespace heirloom::archive
