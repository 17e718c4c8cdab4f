#include "appliance/archive/format/archive_reader.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "appliance/archive/format/archive_paths.h"
#include "appliance/archive/format/layout.h"
#include "appliance/base/encoding.h"
#include "appliance/base/text.h"
#include "appliance/content/canonical_content.h"

namespace heirloom::archive {
namespace {

constexpr JsonLimits kJsonLimits{.max_bytes = 32u << 20, .max_depth = 128};
constexpr std::size_t kMaxBuffered = 256u << 20;

tl::unexpected<Error> Wrong(const std::string& name, const std::string& what) {
  return Fail(ErrorCode::kMalformed, name + ": " + what);
}

// With the first field that is wrong.
tl::unexpected<Error> Wrong(const std::string& name, const Error& error) {
  if (error.fields.empty()) return Wrong(name, error.message);
  return Wrong(name, error.fields.front().pointer + " " + error.fields.front().message);
}

Status CompareWithManifest(const Manifest& manifest, const std::string& name,
                           std::string_view bytes) {
  const auto file = manifest.files.find(name);
  if (file == manifest.files.end()) return Wrong(name, "it is not in the manifest");
  if (file->second.size != bytes.size() || file->second.sha256 != Sha256Hex(bytes)) {
    return Wrong(name, "it is not what the manifest says (another SHA-256)");
  }
  return {};
}

// What was read of a story, until all of it was.
struct StoryFiles {
  std::string legacy_folder;
  std::optional<ArchivedStory> story;          // Without content.
  std::string content_hash;                    // Of what story.json says the story is.
  std::map<std::int64_t, Revision> revisions;  // Without content.
  bool has_page = false;
  bool has_markdown = false;
};

struct LegacyFiles {
  std::optional<Legacy> legacy;
  std::optional<Json> members;
};

class Checker {
 public:
  explicit Checker(const ZipSource& zip) : zip_(zip) {}

  Result<CheckedArchive> Check() {
    if (const Status read = ReadManifest(); !read) return ErrorOf(read);
    const Status read = zip_({nullptr, [this](const std::string& name, const std::string& bytes) {
                                return Take(name, bytes);
                              }});
    if (!read) return ErrorOf(read);
    for (const auto& [name, file] : archive_.manifest.files) {
      if (!seen_.contains(name)) return Wrong(name, "it is missing");
    }
    if (const Status whole = CheckLegacies(); !whole) return ErrorOf(whole);
    if (const Status whole = CheckStories(); !whole) return ErrorOf(whole);
    if (counts_ != archive_.manifest.counts) {
      return Wrong(std::string(kManifest), "it counts other legacies, stories or revisions");
    }
    return std::move(archive_);
  }

 private:
  // First of all: a newer format must be told as such, not as something wrong with a file.
  Status ReadManifest() {
    std::optional<std::string> text;
    const ZipCallbacks only_manifest{[](std::string_view name) { return name == kManifest; },
                                     [&](const std::string&, std::string bytes) {
                                       text = std::move(bytes);
                                       return Status();
                                     }};
    if (Status read = zip_(only_manifest); !read) return read;
    if (!text) return Wrong(std::string(kManifest), "it is missing: this is no Heirloom archive");
    auto manifest = ParseManifest(*text);
    if (!manifest) return ErrorOf(manifest);
    archive_.manifest = std::move(*manifest);
    return {};
  }

  Status Take(const std::string& name, const std::string& bytes) {
    if (name == kManifest) return {};
    if (Status same = CompareWithManifest(archive_.manifest, name, bytes); !same) return same;
    seen_.insert(name);
    if (name == kSums) return CheckSums(bytes, archive_.manifest);
    const FileKind file = KindOf(name);
    switch (file.kind) {
      case FileKind::kTop:
        return {};
      case FileKind::kUnknown:
        return Wrong(name, "no file of an archive has such a name");
      case FileKind::kPage:
        StoryOf(file).has_page = true;
        return {};
      case FileKind::kMarkdown:
        StoryOf(file).has_markdown = true;
        return {};
      default:
        return TakeJson(name, file, bytes);
    }
  }

  Status TakeJson(const std::string& name, const FileKind& file, const std::string& bytes) {
    if (!IsStorableText(bytes)) return Wrong(name, "it is not UTF-8");
    const auto json = Json::Parse(bytes, kJsonLimits);
    if (!json) return Wrong(name, "it is damaged: " + json.error().message);
    switch (file.kind) {
      case FileKind::kLegacy:
        return TakeLegacy(name, file, *json);
      case FileKind::kMembers:
        legacies_[file.legacy_folder].members = *json;
        return {};
      case FileKind::kStory:
        return TakeStory(name, file, *json);
      default:
        return TakeRevision(name, file, *json);
    }
  }

  StoryFiles& StoryOf(const FileKind& file) {
    StoryFiles& story = stories_[file.story_folder];
    story.legacy_folder = file.legacy_folder;
    return story;
  }

  Status TakeLegacy(const std::string& name, const FileKind& file, const Json& json) {
    auto legacy = ParseLegacy(json);
    if (!legacy) return Wrong(name, legacy.error());
    ++counts_.legacies;
    legacies_[file.legacy_folder].legacy = std::move(*legacy);
    return {};
  }

  Status TakeStory(const std::string& name, const FileKind& file, const Json& json) {
    auto story = ParseStory(json);
    if (!story) return Wrong(name, story.error());
    ++counts_.stories;
    StoryFiles& files = StoryOf(file);
    files.content_hash = Sha256Hex(CanonicalContent(story->content));
    story->content = {};
    files.story = std::move(*story);
    return {};
  }

  Status TakeRevision(const std::string& name, const FileKind& file, const Json& json) {
    auto archived = ParseRevision(json, "");
    if (!archived) return Wrong(name, archived.error());
    Revision& revision = archived->revision;
    if (revision.number != file.number) return Wrong(name, "it holds another revision's number");
    ++counts_.revisions;
    revision.content = {};
    StoryOf(file).revisions.emplace(file.number, std::move(revision));
    return {};
  }

  Status CheckLegacies() {
    std::set<Id> ids;
    for (auto& [folder, files] : legacies_) {
      if (!files.legacy) return Wrong(folder + "/legacy.json", "it is missing");
      if (!files.members) return Wrong(folder + "/members.json", "it is missing");
      auto members = ParseMembers(*files.members, files.legacy->id);
      if (!members) return Wrong(folder + "/members.json", members.error());
      if (!ids.insert(files.legacy->id).second) {
        return Wrong(folder + "/legacy.json", "another legacy has the same id");
      }
      places_.emplace(folder, archive_.legacies.size());
      archive_.legacies.push_back({std::move(*files.legacy), std::move(*members)});
    }
    return {};
  }

  Status CheckStories() {
    std::set<std::pair<std::size_t, Id>> ids;
    for (const auto& [folder, files] : stories_) {
      const std::string file = folder + "/story.json";
      const auto legacy = places_.find(files.legacy_folder);
      if (legacy == places_.end()) {
        return Wrong(files.legacy_folder + "/legacy.json", "it is missing");
      }
      if (!files.story) return Wrong(file, "it is missing");
      if (!files.has_page) return Wrong(folder + "/story.html", "it is missing");
      if (!files.has_markdown) return Wrong(folder + "/story.md", "it is missing");
      const ArchivedStory& story = *files.story;
      if (story.legacy_id != archive_.legacies[legacy->second].legacy.id) {
        return Wrong(file, "it belongs to another legacy");
      }
      if (!ids.emplace(legacy->second, story.id).second) {
        return Wrong(file, "another story of this legacy has the same id");
      }
      if (Status sealed = CheckChain(folder, files); !sealed) return sealed;
      archive_.stories.push_back({folder, legacy->second, story.id, story.revision_count,
                                  story.created_at, story.updated_at});
    }
    return {};
  }

  static Status CheckChain(const std::string& folder, const StoryFiles& files) {
    std::int64_t number = 0;
    const Revision* last = nullptr;
    for (const auto& [next, revision] : files.revisions) {
      const Status link = CheckLink(number, last ? last->digest : "", revision);
      if (!link) return Wrong(folder, link.error().message);
      number = next;
      last = &revision;
    }
    if (last == nullptr || number != files.story->revision_count) {
      return Wrong(folder, "it has other revisions than its story.json says");
    }
    if (last->content_hash != files.content_hash) {
      return Wrong(folder + "/story.json", "it says something else than the newest revision");
    }
    return {};
  }

  const ZipSource& zip_;
  CheckedArchive archive_;
  Counts counts_;
  std::set<std::string> seen_;
  std::map<std::string, LegacyFiles> legacies_;
  std::map<std::string, StoryFiles> stories_;
  std::map<std::string, std::size_t> places_;  // Of legacies, by folder.
};

// Brings a story's revisions into their order where the ZIP has them in another.
class Sorter {
 public:
  Sorter(const CheckedArchive& archive, const OnRevision& on_revision)
      : archive_(archive), on_revision_(on_revision) {
    for (const CheckedStory& story : archive.stories) waiting_[story.folder].story = &story;
  }

  Status Take(const std::string& name, std::string bytes) {
    if (Status same = CompareWithManifest(archive_.manifest, name, bytes); !same) return same;
    const FileKind file = KindOf(name);
    const auto found = waiting_.find(file.story_folder);
    if (found == waiting_.end()) return Wrong(name, "it changed while it was read");
    Waiting& waiting = found->second;
    buffered_ += bytes.size();
    waiting.files.emplace(file.number, std::move(bytes));
    if (buffered_ > kMaxBuffered) {
      return Wrong(name, "its story's revisions lie too far apart in the ZIP: pack it again");
    }
    for (auto next = waiting.files.begin();
         next != waiting.files.end() && next->first == waiting.next;
         next = waiting.files.erase(next), ++waiting.next) {
      buffered_ -= next->second.size();
      const Status taken = on_revision_(*waiting.story, next->first, std::move(next->second));
      if (!taken) return taken;
    }
    return {};
  }

 private:
  struct Waiting {
    const CheckedStory* story = nullptr;
    std::int64_t next = 1;
    std::map<std::int64_t, std::string> files;
  };

  const CheckedArchive& archive_;
  const OnRevision& on_revision_;
  std::map<std::string, Waiting> waiting_;
  std::size_t buffered_ = 0;
};

}  // namespace

Result<CheckedArchive> CheckArchive(const ZipSource& zip) { return Checker(zip).Check(); }

Status ReadRevisions(const ZipSource& zip, const CheckedArchive& archive,
                     const OnRevision& on_revision) {
  Sorter sorter(archive, on_revision);
  return zip({[](std::string_view name) { return KindOf(name).kind == FileKind::kRevision; },
              [&](const std::string& name, std::string bytes) {
                return sorter.Take(name, std::move(bytes));
              }});
}

}  // namespace heirloom::archive
