#include "appliance/stories/story_json.h"

namespace heirloom {
namespace {

void WriteTimes(JsonWriter& json, const Story& story) {
  json.Member("created_at", ToRfc3339(story.created_at));
  json.Member("updated_at", ToRfc3339(story.updated_at));
}

void WriteRevisionHead(JsonWriter& json, const Revision& revision) {
  json.Member("number", revision.number).Member("title", revision.content.title);
  json.Member("author", revision.author).Member("note", revision.note);
  json.Member("created_at", ToRfc3339(revision.created_at));
  json.Member("content_hash", revision.content_hash).Member("digest", revision.digest);
}

std::string_view ToString(Change change) {
  if (change == Change::kSame) return "same";
  return change == Change::kAdded ? "added" : "removed";
}

}  // namespace

void WriteStoryDetails(JsonWriter& json, const StoryContent& content) {
  json.Member("status", ToString(content.status)).Key("tags").BeginArray();
  for (const std::string& tag : content.tags) json.String(tag);
  json.EndArray().Member("language", content.language).Key("happened_at");
  if (content.happened_at) {
    json.String(content.happened_at->text);
  } else {
    json.Null();
  }
  json.OptionalMember("place", content.place);
}

void WriteStory(JsonWriter& json, const StoryView& view) {
  const Story& story = view.story;
  const StoryContent& content = story.content;
  json.BeginObject();
  json.Member("id", story.id).Member("legacy_id", story.legacy_id);
  json.Member("title", content.title).Key("content").Raw(content.document);
  json.Member("text", content.text);
  WriteStoryDetails(json, content);
  json.Member("author", content.author).Key("created_by").BeginObject();
  json.Member("id", story.created_by).Member("name", story.created_by_name).EndObject();
  json.Member("revision", story.revision).Member("version", story.version);
  json.Key("may").BeginArray();
  if (view.may_edit) json.String("edit");
  if (view.may_delete) json.String("delete");
  json.EndArray();
  WriteTimes(json, story);
  json.EndObject();
}

void WriteStorySummary(JsonWriter& json, const StoryView& view) {
  const Story& story = view.story;
  json.BeginObject();
  json.Member("id", story.id).Member("legacy_id", story.legacy_id);
  json.Member("title", story.content.title).Member("excerpt", story.content.text);
  WriteStoryDetails(json, story.content);
  json.Member("author", story.content.author).Member("version", story.version);
  WriteTimes(json, story);
  json.EndObject();
}

void WriteDeletedStory(JsonWriter& json, const DeletedStory& deleted) {
  const Story& story = deleted.story;
  json.BeginObject();
  json.Member("id", story.id).Member("legacy_id", story.legacy_id);
  json.Member("title", story.content.title).Member("excerpt", story.content.text);
  json.Member("deleted_at", ToRfc3339(deleted.deleted_at));
  json.Member("deleted_by", deleted.deleted_by_name);
  json.Member("purge_at", ToRfc3339(deleted.deleted_at + kKeptInBin));
  json.EndObject();
}

void WriteRevisionSummary(JsonWriter& json, const Revision& revision) {
  json.BeginObject();
  WriteRevisionHead(json, revision);
  json.EndObject();
}

void WriteRevision(JsonWriter& json, const Revision& revision) {
  json.BeginObject();
  WriteRevisionHead(json, revision);
  json.Key("content").Raw(revision.content.document);
  json.Member("text", revision.content.text);
  WriteStoryDetails(json, revision.content);
  json.Member("story_author", revision.content.author);
  json.EndObject();
}

void WriteRevisionDiff(JsonWriter& json, const RevisionDiff& diff) {
  json.BeginObject().Member("from", diff.from).Member("to", diff.to);
  json.Key("fields").BeginArray();
  for (const FieldChange& change : diff.fields) {
    json.BeginObject().Member("field", change.field);
    json.OptionalMember("before", change.before).OptionalMember("after", change.after);
    json.EndObject();
  }
  json.EndArray().Key("text").BeginArray();
  for (const TextPiece& piece : diff.text.pieces) {
    json.BeginObject().Member("change", ToString(piece.change)).Member("text", piece.text);
    json.EndObject();
  }
  json.EndArray().Key("complete").Bool(diff.text.complete).EndObject();
}

}  // namespace heirloom
