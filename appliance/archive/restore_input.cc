#include "appliance/archive/restore_input.h"

#include <utility>

#include "appliance/base/fields.h"

namespace heirloom {
namespace {

constexpr std::size_t kMaxStories = 50;
constexpr std::size_t kMaxRevisions = 10'000;
constexpr std::int64_t kMaxRevisionNumber = 1'000'000;

std::string InWords(const Error& error) {
  if (error.fields.empty()) return error.message;
  return error.fields.front().pointer + " " + error.fields.front().message;
}

// Reads and checks the chain; the first thing that is wrong becomes the part's problem.
void ReadRevisions(const Json& list, const std::string& pointer, StoryPart& part) {
  std::int64_t number = 0;
  std::string digest = part.parent_digest;
  for (std::size_t i = 0; i < list.Size(); ++i) {
    auto archived = archive::ParseRevision(list.At(i), pointer + "/" + std::to_string(i));
    if (!archived) {
      part.problem = InWords(archived.error());
      return;
    }
    if (i == 0) number = archived->revision.number - 1;
    if (const Status link = archive::CheckLink(number, digest, archived->revision); !link) {
      part.problem = link.error().message;
      return;
    }
    number = archived->revision.number;
    digest = archived->revision.digest;
    part.revisions.push_back(std::move(*archived));
  }
  const bool from_the_start = part.revisions.front().revision.number == 1;
  if (from_the_start != part.parent_digest.empty()) {
    part.problem = "parent_digest must be there for revisions that others came before, only";
  } else if (number > part.revision_count) {
    part.problem = "revision_count is less than a revision's number";
  }
}

StoryPart ReadPart(const Json& json, const std::string& pointer, std::vector<FieldError>& errors) {
  FieldReader fields(json, pointer);
  StoryPart part;
  part.origin_id = archive::ReadId(fields, "origin_id");
  part.created_at = archive::ReadTime(fields, "created_at");
  part.updated_at = archive::ReadTime(fields, "updated_at");
  if (!fields.Has("revision_count")) fields.Add("revision_count", "is required");
  part.revision_count = fields.Integer("revision_count", 1, kMaxRevisionNumber).value_or(0);
  if (fields.Has("parent_digest")) part.parent_digest = archive::ReadHash(fields, "parent_digest");
  const Json list = fields.Any("revisions");
  if (!list.IsArray() || list.Size() == 0 || list.Size() > kMaxRevisions) {
    fields.Add("revisions", "must be a list of 1 to " + std::to_string(kMaxRevisions));
  }
  fields.RefuseUnknown();
  errors.insert(errors.end(), fields.errors().begin(), fields.errors().end());
  if (fields.errors().empty()) ReadRevisions(list, fields.PointerTo("revisions"), part);
  return part;
}

}  // namespace

Result<archive::ArchivedLegacy> ReadArchivedLegacy(const Json& body) {
  FieldReader fields(body);
  archive::ArchivedLegacy archived;
  archived.legacy = archive::ReadLegacy(fields, "origin_id");
  archived.members = archive::ReadMembers(fields, "members");
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  return archived;
}

Result<std::vector<StoryPart>> ReadStoryBatch(const Json& body) {
  FieldReader fields(body);
  const Json items = fields.Any("items");
  fields.RefuseUnknown();
  if (!items.IsArray() || items.Size() == 0 || items.Size() > kMaxStories) {
    fields.Add("items", "must be a list of 1 to " + std::to_string(kMaxStories) + " stories");
  }
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  std::vector<StoryPart> parts;
  std::vector<FieldError> errors;
  for (std::size_t i = 0; i < items.Size(); ++i) {
    parts.push_back(ReadPart(items.At(i), "/items/" + std::to_string(i), errors));
  }
  if (!errors.empty()) return FailFields(std::move(errors));
  return parts;
}

}  // namespace heirloom
