#include "appliance/archive/format/archive_writer.h"

#include <utility>

#include "appliance/archive/format/layout.h"
#include "appliance/archive/format/pages.h"
#include "appliance/base/encoding.h"
#include "appliance/base/sha256.h"

namespace heirloom::archive {
namespace {

constexpr std::size_t kPiece = 256u << 10;

Result<std::string> HashOf(const TempFile& file) {
  Sha256 hash;
  for (std::uint64_t at = 0; at < file.size(); at += kPiece) {
    const Result<std::string> piece = file.Read(at, kPiece);
    if (!piece) return ErrorOf(piece);
    hash.Update(*piece);
  }
  return hash.Hex();
}

}  // namespace

ArchiveWriter::ArchiveWriter(std::filesystem::path folder, std::unique_ptr<TempFile> out,
                             ZipWriter zip, ManifestWriter manifest, TempFile index)
    : folder_(std::move(folder)),
      out_(std::move(out)),
      zip_(std::move(zip)),
      manifest_(std::move(manifest)),
      index_(std::move(index)) {}

Result<ArchiveWriter> ArchiveWriter::Begin(const std::filesystem::path& folder) {
  auto file = TempFile::Create(folder);
  if (!file) return ErrorOf(file);
  auto out = std::make_unique<TempFile>(std::move(*file));
  auto zip = ZipWriter::Begin(*out);
  if (!zip) return ErrorOf(zip);
  auto manifest = ManifestWriter::Begin(folder);
  if (!manifest) return ErrorOf(manifest);
  auto index = TempFile::Create(folder);
  if (!index) return ErrorOf(index);
  ArchiveWriter writer(folder, std::move(out), std::move(*zip), std::move(*manifest),
                       std::move(*index));
  if (const Status s = writer.Add(std::string(kReadme), ReadmeText()); !s) return ErrorOf(s);
  if (const Status s = writer.index_.Append(IndexBegin()); !s) return ErrorOf(s);
  return writer;
}

Status ArchiveWriter::Add(const std::string& name, std::string_view bytes) {
  if (Status s = zip_.Add(name, bytes); !s) return s;
  return manifest_.Add(name, bytes.size(), Sha256Hex(bytes));
}

Status ArchiveWriter::Add(std::string_view name, const TempFile& file) {
  if (Status s = zip_.Add(name, file); !s) return s;
  const Result<std::string> hash = HashOf(file);
  if (!hash) return ErrorOf(hash);
  return manifest_.Add(name, file.size(), *hash);
}

Status ArchiveWriter::BeginLegacy(const ArchivedLegacy& archived, std::string_view name) {
  const Legacy& legacy = archived.legacy;
  ++counts_.legacies;
  legacy_title_ = legacy.title;
  legacy_folder_ = LegacyFolder(legacy.title, name);
  if (Status s = Add(legacy_folder_ + "/legacy.json", LegacyJson(legacy)); !s) return s;
  const std::string members = MembersJson(legacy.id, archived.members);
  if (Status s = Add(legacy_folder_ + "/members.json", members); !s) return s;
  return index_.Append(IndexLegacy(archived));
}

Status ArchiveWriter::AddStory(const ArchivedStory& story, std::string_view name) {
  ++counts_.stories;
  const auto& date = story.content.happened_at;
  story_folder_ =
      legacy_folder_ + "/" + StoryFolder(date ? date->text : "", story.content.title, name);
  const Result<std::string> page = StoryPage(story, legacy_title_);
  if (!page) return ErrorOf(page);
  const Result<std::string> markdown = StoryMarkdown(story);
  if (!markdown) return ErrorOf(markdown);
  if (Status s = Add(story_folder_ + "/story.html", *page); !s) return s;
  if (Status s = Add(story_folder_ + "/story.md", *markdown); !s) return s;
  if (Status s = Add(story_folder_ + "/story.json", StoryJson(story)); !s) return s;
  return index_.Append(IndexStory(story, story_folder_));
}

Status ArchiveWriter::AddRevision(const ArchivedRevision& revision) {
  ++counts_.revisions;
  return Add(story_folder_ + "/" + RevisionFile(revision.revision.number), RevisionJson(revision));
}

Status ArchiveWriter::EndLegacy() { return index_.Append(IndexLegacyEnd()); }

Result<TempFile> ArchiveWriter::Finish(Time exported_at) {
  if (const Status s = index_.Append(IndexEnd()); !s) return ErrorOf(s);
  if (const Status s = index_.Flush(); !s) return ErrorOf(s);
  if (const Status s = Add(kIndex, index_); !s) return ErrorOf(s);
  const auto sums = manifest_.TakeSums();
  if (!sums) return ErrorOf(sums);
  if (const Status s = Add(kSums, *sums); !s) return ErrorOf(s);
  const auto manifest = manifest_.TakeManifest(exported_at, counts_);
  if (!manifest) return ErrorOf(manifest);
  if (const Status s = zip_.Add(kManifest, *manifest); !s) return ErrorOf(s);
  if (const Status s = zip_.Finish(); !s) return ErrorOf(s);
  return std::move(*out_);
}

}  // namespace heirloom::archive
