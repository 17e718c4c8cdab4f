#include "appliance/archive/format/documents.h"

#include <optional>
#include <utility>

#include "appliance/base/encoding.h"
#include "appliance/content/canonical_content.h"
#include "appliance/content/document.h"
#include "appliance/domain/field_rules.h"
#include "appliance/domain/revision_chain.h"
#include "appliance/domain/rfc3339.h"

namespace heirloom::archive {
namespace {

constexpr std::size_t kMaxMembers = 100'000;
constexpr std::int64_t kMaxRevisions = 1'000'000;

// Members one a line, so that people and line-based tools can read them.
class ObjectLines {
 public:
  ObjectLines& Text(std::string_view key, std::string_view value) {
    return Raw(key, JsonWriter().String(value).Take());
  }
  ObjectLines& Number(std::string_view key, std::int64_t value) {
    return Raw(key, std::to_string(value));
  }
  ObjectLines& OptionalText(std::string_view key, const std::optional<std::string>& value) {
    return value ? Text(key, *value) : Raw(key, "null");
  }
  ObjectLines& Texts(std::string_view key, const std::vector<std::string>& values) {
    JsonWriter json;
    json.BeginArray();
    for (const std::string& value : values) json.String(value);
    return Raw(key, json.EndArray().Take());
  }
  ObjectLines& Raw(std::string_view key, std::string_view json) {
    out_.append(out_.empty() ? "{\n  \"" : ",\n  \"").append(key).append("\": ").append(json);
    return *this;
  }
  std::string Take() { return std::move(out_) + "\n}\n"; }

 private:
  std::string out_;
};

std::optional<std::string> DateText(const StoryContent& content) {
  if (!content.happened_at) return std::nullopt;
  return content.happened_at->text;
}

// The members that a revision's content and a story have in common.
StoryContent ReadContent(FieldReader& fields, std::string_view document_key) {
  StoryContent content;
  content.title = fields.RequiredText("title", {.min = 1, .max = 300});
  content.author = fields.RequiredText("author", {.min = 1, .max = 200});
  content.language = ReadLanguage(fields, "language").value_or("");
  if (content.language.empty() && !fields.Has("language")) fields.Add("language", "is required");
  content.happened_at = ReadRemovableEdtf(fields, "happened_at").value_or(std::nullopt);
  content.place = ReadRemovableText(fields, "place", {.max = 200}).value_or(std::nullopt);
  content.tags = fields.Texts("tags", 32, {.min = 1, .max = 64}).value_or(content.tags);
  const auto status = fields.OneOf("status", {"draft", "published", "archived"});
  if (!status && !fields.Has("status")) fields.Add("status", "is required");
  content.status = ParseStoryStatus(status.value_or("")).value_or(StoryStatus::kDraft);
  auto document = CheckDocument(fields.Any(document_key), fields.PointerTo(document_key));
  if (document) {
    content.document = std::move(document->json);
    content.text = std::move(document->text);
  } else {
    fields.AddAll(document.error().fields);
  }
  return content;
}

std::string ReadNote(FieldReader& fields) {
  const auto note = fields.Text("note", {.max = 500});
  if (!note && !fields.Has("note")) fields.Add("note", "is required");
  return note.value_or("");
}

}  // namespace

std::string LegacyJson(const Legacy& legacy) {
  return ObjectLines()
      .Text("id", legacy.id)
      .Text("title", legacy.title)
      .Text("dedication", legacy.dedication)
      .Text("language", legacy.language)
      .Text("visibility", ToString(legacy.visibility))
      .Text("created_at", ToRfc3339(legacy.created_at))
      .Text("updated_at", ToRfc3339(legacy.updated_at))
      .Take();
}

std::string MembersJson(const Id& legacy_id, const std::vector<WrittenMember>& members) {
  std::string lines;
  for (const WrittenMember& member : members) {
    JsonWriter json;
    json.BeginObject().Member("name", member.name).Member("role", ToString(member.role));
    lines += (lines.empty() ? "\n    " : ",\n    ") + json.EndObject().Take();
  }
  return ObjectLines().Text("legacy_id", legacy_id).Raw("members", "[" + lines + "]").Take();
}

std::string StoryJson(const ArchivedStory& story) {
  const StoryContent& content = story.content;
  return ObjectLines()
      .Text("id", story.id)
      .Text("legacy_id", story.legacy_id)
      .Text("title", content.title)
      .Text("author", content.author)
      .OptionalText("happened_at", DateText(content))
      .OptionalText("place", content.place)
      .Text("language", content.language)
      .Text("status", ToString(content.status))
      .Texts("tags", content.tags)
      .Text("created_at", ToRfc3339(story.created_at))
      .Text("updated_at", ToRfc3339(story.updated_at))
      .Number("revision_count", story.revision_count)
      .Raw("content", content.document)
      .Take();
}

std::string RevisionJson(const ArchivedRevision& archived) {
  const Revision& revision = archived.revision;
  return ObjectLines()
      .Number("number", revision.number)
      .Text("author", revision.author)
      .Text("note", revision.note)
      .Text("created_at", ToRfc3339(revision.created_at))
      .Text("content_hash", revision.content_hash)
      .Text("digest", revision.digest)
      .Raw("content", archived.canonical)
      .Take();
}

Time ReadTime(FieldReader& fields, std::string_view key) {
  const std::string text = fields.RequiredText(key, {.min = 1, .max = 40});
  const std::optional<Time> time = ParseRfc3339(text);
  if (!time && !text.empty()) {
    fields.Add(key, "must be a time such as 2026-01-31T08:15:00.000000Z");
  }
  return time.value_or(Time{});
}

Id ReadId(FieldReader& fields, std::string_view key) {
  Id id = fields.RequiredText(key, {.min = 1, .max = 40});
  if (!id.empty() && !IsId(id)) fields.Add(key, "must be a UUID in lower case");
  return id;
}

std::string ReadHash(FieldReader& fields, std::string_view key) {
  std::string hash = fields.RequiredText(key, {.min = 64, .max = 64});
  if (hash.find_first_not_of("0123456789abcdef") != hash.npos) {
    fields.Add(key, "must be 64 hexadecimal digits in lower case");
  }
  return hash;
}

Legacy ReadLegacy(FieldReader& fields, std::string_view id_key) {
  Legacy legacy;
  legacy.id = ReadId(fields, id_key);
  legacy.title = fields.RequiredText("title", {.min = 1, .max = 200});
  legacy.dedication = fields.Text("dedication", {.max = 2000, .single_line = false}).value_or("");
  legacy.language = ReadLanguage(fields, "language").value_or("en");
  const auto visibility = fields.OneOf("visibility", {"private", "members"});
  legacy.visibility = ParseVisibility(visibility.value_or("")).value_or(Visibility::kMembers);
  legacy.created_at = ReadTime(fields, "created_at");
  legacy.updated_at = ReadTime(fields, "updated_at");
  return legacy;
}

std::vector<WrittenMember> ReadMembers(FieldReader& fields, std::string_view key) {
  std::vector<WrittenMember> members;
  const Json list = fields.Any(key);
  if (!list) return members;
  if (!list.IsArray() || list.Size() > kMaxMembers) {
    fields.Add(key, "must be a list of at most " + std::to_string(kMaxMembers) + " members");
    return members;
  }
  for (std::size_t i = 0; i < list.Size(); ++i) {
    FieldReader member(list.At(i), fields.PointerTo(key) + "/" + std::to_string(i));
    std::string name = member.RequiredText("name", {.min = 1, .max = 200});
    const auto role = member.OneOf("role", {"viewer", "contributor", "editor", "owner"});
    if (!role && !member.Has("role")) member.Add("role", "is required");
    member.RefuseUnknown();
    fields.AddAll(member.errors());
    members.push_back({std::move(name), ParseRole(role.value_or("")).value_or(Role::kViewer)});
  }
  return members;
}

Result<Legacy> ParseLegacy(const Json& json) {
  FieldReader fields(json);
  Legacy legacy = ReadLegacy(fields, "id");
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  return legacy;
}

Result<std::vector<WrittenMember>> ParseMembers(const Json& json, const Id& legacy_id) {
  FieldReader fields(json);
  const Id id = ReadId(fields, "legacy_id");
  if (id != legacy_id) fields.Add("legacy_id", "must be the id of its legacy");
  std::vector<WrittenMember> members = ReadMembers(fields, "members");
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  return members;
}

Result<ArchivedStory> ParseStory(const Json& json) {
  FieldReader fields(json);
  ArchivedStory story;
  story.id = ReadId(fields, "id");
  story.legacy_id = ReadId(fields, "legacy_id");
  story.content = ReadContent(fields, "content");
  story.created_at = ReadTime(fields, "created_at");
  story.updated_at = ReadTime(fields, "updated_at");
  story.revision_count = fields.Integer("revision_count", 1, kMaxRevisions).value_or(0);
  if (!fields.Has("revision_count")) fields.Add("revision_count", "is required");
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  return story;
}

Result<ArchivedRevision> ParseRevision(const Json& json, std::string_view pointer) {
  FieldReader fields(json, std::string(pointer));
  ArchivedRevision archived;
  Revision& revision = archived.revision;
  revision.number = fields.Integer("number", 1, kMaxRevisions).value_or(0);
  if (!fields.Has("number")) fields.Add("number", "is required");
  revision.author = fields.RequiredText("author", {.min = 1, .max = 200});
  revision.note = ReadNote(fields);
  revision.created_at = ReadTime(fields, "created_at");
  revision.content_hash = ReadHash(fields, "content_hash");
  revision.digest = ReadHash(fields, "digest");
  const Json content = fields.Any("content");
  FieldReader inner(content, fields.PointerTo("content"));
  revision.content = ReadContent(inner, "document");
  inner.RefuseUnknown();
  fields.AddAll(inner.errors());
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);

  archived.canonical = content.Dump();
  if (Sha256Hex(archived.canonical) != revision.content_hash) {
    fields.Add("content_hash", "is not the hash of the content");
  } else if (archived.canonical != CanonicalContent(revision.content)) {
    fields.Add("content", "is not written as a story is kept");
  }
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  return archived;
}

Status CheckLink(std::int64_t number_before, std::string_view digest_before,
                 const Revision& revision) {
  if (revision.number != number_before + 1) {
    return Fail(ErrorCode::kInvalidArgument,
                "revision " + std::to_string(number_before + 1) + " is missing");
  }
  if (RevisionDigest(digest_before, revision) != revision.digest) {
    return Fail(ErrorCode::kInvalidArgument,
                "the chain of revisions is broken at revision " + std::to_string(revision.number));
  }
  return {};
}

}  // namespace heirloom::archive
