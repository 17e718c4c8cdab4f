#include "appliance/cli/archive_batch.h"

#include "appliance/base/json.h"
#include "appliance/cli/api_access.h"

namespace heirloom::cli {
namespace {

constexpr JsonLimits kRevisionLimits{.max_bytes = 32u << 20, .max_depth = 128};

}  // namespace

bool ArchiveBatch::Add(const archive::CheckedStory& story, std::int64_t number,
                       const std::string& json) {
  const bool goes_on = !parts_.empty() && parts_.back().story == &story;
  const bool full = bytes_ + json.size() > kMaxBytes ||
                    (goes_on ? parts_.back().count == kMaxRevisions : parts_.size() == kMaxStories);
  if (!parts_.empty() && (full || legacy() != story.legacy)) return false;
  // It was checked before, so it can be read.
  const Json revision = Json::Parse(json, kRevisionLimits).value_or(Json());
  if (!goes_on) {
    parts_.push_back({&story, last_story_ == &story ? last_digest_ : "", "", "", 0});
  }
  Part& part = parts_.back();
  part.revisions += (part.count == 0 ? "" : ",") + json;
  ++part.count;
  part.updated_at =
      number == story.revision_count ? ToRfc3339(story.updated_at) : TextAt(revision, "created_at");
  bytes_ += json.size();
  last_story_ = &story;
  last_digest_ = TextAt(revision, "digest");
  return true;
}

std::vector<const archive::CheckedStory*> ArchiveBatch::stories() const {
  std::vector<const archive::CheckedStory*> stories;
  for (const Part& part : parts_) stories.push_back(part.story);
  return stories;
}

std::string ArchiveBatch::Body() const {
  JsonWriter json;
  json.BeginObject().Key("items").BeginArray();
  for (const Part& part : parts_) {
    json.BeginObject().Member("origin_id", part.story->id);
    json.Member("created_at", ToRfc3339(part.story->created_at));
    json.Member("updated_at", part.updated_at);
    json.Member("revision_count", part.story->revision_count);
    if (!part.parent_digest.empty()) json.Member("parent_digest", part.parent_digest);
    json.Key("revisions").Raw("[" + part.revisions + "]").EndObject();
  }
  return json.EndArray().EndObject().Take();
}

void ArchiveBatch::Clear() {
  parts_.clear();
  bytes_ = 0;
}

}  // namespace heirloom::cli
