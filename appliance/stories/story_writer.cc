#include "appliance/stories/story_writer.h"

#include "appliance/base/encoding.h"
#include "appliance/domain/revision_chain.h"
#include "appliance/stories/revision_repository.h"
#include "appliance/stories/story_repository.h"

namespace heirloom {
namespace {

Event EventOf(const Principal& who, std::string_view type, const Story& story) {
  return {who.tenant_id, std::string(type), story.id, story.legacy_id, story.version};
}

}  // namespace

StoryContent Merge(const StoryContent& before, const StoryInput& input) {
  StoryContent content = before;
  if (input.title) content.title = *input.title;
  if (input.document) {
    content.document = input.document->json;
    content.text = input.document->text;
  }
  if (input.status) content.status = *input.status;
  if (input.tags) content.tags = *input.tags;
  if (input.language) content.language = *input.language;
  if (input.happened_at) content.happened_at = *input.happened_at;
  if (input.place) content.place = *input.place;
  if (input.author) content.author = *input.author;
  return content;
}

PreparedStory Prepare(Story story, StoryContent content, std::string_view parent_digest,
                      const Principal& who, std::string note, Time now) {
  PreparedStory prepared;
  prepared.canonical = CanonicalContent(content);
  story.content = std::move(content);
  story.revision += 1;
  story.version += 1;
  story.updated_at = now;
  Revision& revision = prepared.revision;
  revision.number = story.revision;
  revision.author = who.name;
  revision.note = std::move(note);
  revision.created_at = now;
  revision.content_hash = Sha256Hex(prepared.canonical);
  revision.digest = RevisionDigest(parent_digest, revision);
  revision.content.title = story.content.title;
  revision.content.status = story.content.status;
  prepared.story = std::move(story);
  return prepared;
}

Status WriteNew(Transaction& tx, const Principal& who, const PreparedStory& prepared) {
  if (Status s = story_repository::Insert(tx, who.tenant_id, prepared.story); !s) return s;
  if (Status s = revision_repository::Insert(tx, who.tenant_id, prepared.story.id, who.user_id,
                                             prepared.revision, prepared.canonical);
      !s) {
    return s;
  }
  tx.Append(EventOf(who, event_type::kStoryCreated, prepared.story));
  return {};
}

Status WriteChanged(Transaction& tx, const Principal& who, const PreparedStory& prepared) {
  if (Status s = story_repository::Update(tx, who.tenant_id, prepared.story); !s) return s;
  if (Status s = revision_repository::Insert(tx, who.tenant_id, prepared.story.id, who.user_id,
                                             prepared.revision, prepared.canonical);
      !s) {
    return s;
  }
  tx.Append(EventOf(who, event_type::kStoryUpdated, prepared.story));
  return {};
}

}  // namespace heirloom
