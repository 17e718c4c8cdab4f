#include "appliance/archive/format/manifest.h"

#include <utility>

#include "appliance/archive/format/documents.h"
#include "appliance/archive/format/layout.h"
#include "appliance/base/json.h"

namespace heirloom::archive {
namespace {

constexpr std::string_view kFormat = "heirloom-archive";
constexpr std::int64_t kMaxCount = 1'000'000'000'000;
constexpr std::size_t kPiece = 256u << 10;

tl::unexpected<Error> Wrong(const std::string& what) {
  return Fail(ErrorCode::kMalformed, std::string(kManifest) + ": " + what);
}

std::int64_t ReadCount(FieldReader& fields, std::string_view key) {
  if (!fields.Has(key)) fields.Add(key, "is required");
  return fields.Integer(key, 0, kMaxCount).value_or(0);
}

Status ReadFile(const Json& json, const std::string& pointer, Manifest& manifest) {
  FieldReader fields(json, pointer);
  const std::string path = fields.RequiredText("path", {.min = 1, .max = 1000});
  ManifestFile file;
  file.size = static_cast<std::uint64_t>(ReadCount(fields, "size"));
  file.sha256 = ReadHash(fields, "sha256");
  fields.RefuseUnknown();
  if (!fields.errors().empty())
    return Wrong(fields.errors().front().pointer + " " + fields.errors().front().message);
  if (!IsSafeName(path) || path == kManifest) return Wrong(pointer + ": no file has such a name");
  if (!manifest.files.emplace(path, std::move(file)).second) return Wrong(path + " is named twice");
  return {};
}

Status AppendAll(TempFile& out, const TempFile& in) {
  for (std::uint64_t at = 0; at < in.size(); at += kPiece) {
    const Result<std::string> piece = in.Read(at, kPiece);
    if (!piece) return ErrorOf(piece);
    if (Status appended = out.Append(*piece); !appended) return appended;
  }
  return {};
}

// A newer format must be told as such, whatever else has changed in it.
Status CheckFormat(const Json& head) {
  const Json format = head.Get("format");
  const Json version = head.Get("format_version");
  if (!format.IsString() || format.AsString() != kFormat ||
      version.kind() != Json::Kind::kInteger) {
    return Wrong("it is not that of a Heirloom archive");
  }
  if (version.AsInteger() > kFormatVersion) {
    return Wrong("the archive has format " + std::to_string(version.AsInteger()) +
                 ", and this program reads up to " + std::to_string(kFormatVersion) +
                 ": use a newer heirloom");
  }
  return {};
}

Status ReadHead(std::string_view text, Manifest& manifest) {
  const auto json = Json::Parse(text);
  if (!json) return Wrong("it is damaged: " + json.error().message);
  if (Status known = CheckFormat(*json); !known) return known;
  FieldReader fields(*json);
  fields.Any("format");
  fields.Any("format_version");
  fields.Any("files");
  ReadTime(fields, "exported_at");
  manifest.counts = {ReadCount(fields, "legacies"), ReadCount(fields, "stories"),
                     ReadCount(fields, "revisions")};
  fields.RefuseUnknown();
  if (fields.errors().empty()) return {};
  return Wrong(fields.errors().front().pointer + " " + fields.errors().front().message);
}

}  // namespace

ManifestWriter::ManifestWriter(TempFile files, TempFile sums, std::filesystem::path folder)
    : files_(std::move(files)), sums_(std::move(sums)), folder_(std::move(folder)) {}

Result<ManifestWriter> ManifestWriter::Begin(const std::filesystem::path& folder) {
  auto files = TempFile::Create(folder);
  if (!files) return ErrorOf(files);
  auto sums = TempFile::Create(folder);
  if (!sums) return ErrorOf(sums);
  return ManifestWriter(std::move(*files), std::move(*sums), folder);
}

Status ManifestWriter::Add(std::string_view name, std::uint64_t size, std::string_view sha256) {
  JsonWriter json;
  json.BeginObject().Member("path", name).Member("size", static_cast<std::int64_t>(size));
  json.Member("sha256", sha256).EndObject();
  const std::string_view before = files_.size() == 0 ? "\n    " : ",\n    ";
  if (Status s = files_.Append(std::string(before) + json.Take()); !s) return s;
  if (name == kSums) return {};
  return sums_.Append(std::string(sha256) + "  " + std::string(name) + "\n");
}

Result<TempFile> ManifestWriter::TakeSums() {
  if (const Status flushed = sums_.Flush(); !flushed) return ErrorOf(flushed);
  return std::move(sums_);
}

Result<TempFile> ManifestWriter::TakeManifest(Time exported_at, const Counts& counts) {
  auto out = TempFile::Create(folder_);
  if (!out) return ErrorOf(out);
  const std::string head =
      "{\n  \"format\": \"" + std::string(kFormat) +
      "\",\n  \"format_version\": " + std::to_string(kFormatVersion) + ",\n  \"exported_at\": \"" +
      ToRfc3339(exported_at) + "\",\n  \"legacies\": " + std::to_string(counts.legacies) +
      ",\n  \"stories\": " + std::to_string(counts.stories) +
      ",\n  \"revisions\": " + std::to_string(counts.revisions) + ",\n  \"files\": [";
  if (const Status s = out->Append(head); !s) return ErrorOf(s);
  if (const Status s = files_.Flush(); !s) return ErrorOf(s);
  if (const Status s = AppendAll(*out, files_); !s) return ErrorOf(s);
  if (const Status s = out->Append("\n  ]\n}\n"); !s) return ErrorOf(s);
  if (const Status s = out->Flush(); !s) return ErrorOf(s);
  return out;
}

// It may name a million files, too many for one tree of values: the head is one JSON text and each
// line of the list another.
Result<Manifest> ParseManifest(std::string_view text) {
  constexpr std::string_view kList = "  \"files\": [\n";
  constexpr std::string_view kEnd = "\n  ]\n}\n";
  const std::size_t list = text.find(kList);
  if (list == text.npos || !text.ends_with(kEnd) ||
      text.size() < list + kList.size() + kEnd.size()) {
    const auto json = Json::Parse(text, {.max_bytes = 256u << 20, .max_depth = 64});
    if (const Status known = json ? CheckFormat(*json) : Status(); !known) return ErrorOf(known);
    return Wrong("it is damaged");
  }
  Manifest manifest;
  const Status head = ReadHead(std::string(text.substr(0, list)) + "\"files\": []}", manifest);
  if (!head) return ErrorOf(head);
  text.remove_prefix(list + kList.size());
  text.remove_suffix(kEnd.size());
  for (std::size_t line = 0;; ++line) {
    const std::size_t end = text.find(",\n");
    const auto json = Json::Parse(text.substr(0, end));
    if (!json) return Wrong("it is damaged: " + json.error().message);
    const Status read = ReadFile(*json, "/files/" + std::to_string(line), manifest);
    if (!read) return ErrorOf(read);
    if (end == text.npos) return manifest;
    text.remove_prefix(end + 2);
  }
}

Status CheckSums(std::string_view sums, const Manifest& manifest) {
  const auto wrong = [](const std::string& what) {
    return Fail(ErrorCode::kMalformed, std::string(kSums) + ": " + what);
  };
  std::size_t lines = 0;
  while (!sums.empty()) {
    const std::size_t end = sums.find('\n');
    if (end == sums.npos || end < 67 || sums.substr(64, 2) != "  ") return wrong("it is damaged");
    const auto file = manifest.files.find(sums.substr(66, end - 66));
    if (file == manifest.files.end() || file->second.sha256 != sums.substr(0, 64)) {
      return wrong("it says something else than " + std::string(kManifest));
    }
    sums.remove_prefix(end + 1);
    ++lines;
  }
  if (lines + 1 != manifest.files.size()) return wrong("it does not name every file");
  return {};
}

}  // namespace heirloom::archive
