#include "storage/files/record.h"

#include <algorithm>
#include <utility>

#include "appliance/base/json.h"

namespace heirloom::files {
namespace {

constexpr std::int64_t kFormat = 1;

// What is there in the right kind; anything else marks the record as damaged.
class Members {
 public:
  explicit Members(const Json& json) : json_(json) {}

  std::string Text(std::string_view key) {
    const Json value = json_.Get(key);
    if (value.IsString()) return std::string(value.AsString());
    good_ = false;
    return {};
  }
  std::int64_t Number(std::string_view key) {
    const Json value = json_.Get(key);
    if (value.kind() == Json::Kind::kInteger && value.AsInteger() >= 0) return value.AsInteger();
    good_ = false;
    return 0;
  }
  BlobTags Tags(std::string_view key) {
    const Json tags = json_.Get(key);
    BlobTags read;
    for (const std::string& name : tags.Keys()) {
      const Json value = tags.Get(name);
      if (value.IsString()) read.emplace(name, value.AsString());
    }
    good_ = good_ && tags.IsObject() && read.size() == tags.Size();
    return read;
  }
  bool Good() const { return good_; }

 private:
  const Json json_;
  bool good_ = true;
};

// The name of a file in the same folder, and of nothing else.
bool IsPlainName(std::string_view name) {
  return std::all_of(
             name.begin(), name.end(),
             [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.'; }) &&
         !name.starts_with('.');
}

}  // namespace

std::string WriteRecord(const Record& record) {
  JsonWriter json;
  json.BeginObject().Member("format", kFormat);
  json.Member("tenant", record.key.tenant_id).Member("name", record.key.name);
  json.Member("type", record.content_type).Member("size", record.size);
  json.Member("modified", record.modified_at.micros).Member("etag", record.etag);
  json.Member("sha256", record.sha256.value_or("")).Member("crc32c", std::int64_t{record.crc32c});
  json.Member("data", record.data).Member("upload", record.upload_id);
  json.Key("tags").BeginObject();
  for (const auto& [name, value] : record.tags) json.Member(name, value);
  json.EndObject().EndObject();
  return json.Take() + "\n";
}

Result<Record> ReadRecord(std::string_view text) {
  const auto damaged = [] {
    return Fail(ErrorCode::kInternal, "blobs: a record is damaged or of a newer version");
  };
  const Result<Json> json = Json::Parse(text);
  if (!json) return damaged();
  Members members(*json);
  Record record;
  if (members.Number("format") != kFormat) return damaged();
  record.key = {members.Text("tenant"), members.Text("name")};
  record.content_type = members.Text("type");
  record.size = members.Number("size");
  record.modified_at = {members.Number("modified")};
  record.etag = members.Text("etag");
  std::string sha256 = members.Text("sha256");
  if (!sha256.empty()) record.sha256 = std::move(sha256);
  record.crc32c = static_cast<std::uint32_t>(members.Number("crc32c"));
  record.data = members.Text("data");
  record.upload_id = members.Text("upload");
  record.tags = members.Tags("tags");
  if (!members.Good() || !IsPlainName(record.data)) return damaged();
  return record;
}

}  // namespace heirloom::files
