#include "appliance/archive/format/archive_paths.h"

#include <charconv>
#include <vector>

#include "appliance/archive/format/layout.h"

namespace heirloom::archive {
namespace {

std::vector<std::string_view> Parts(std::string_view name) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t slash = name.find('/');
    parts.push_back(name.substr(0, slash));
    if (slash == name.npos) return parts;
    name.remove_prefix(slash + 1);
  }
}

// "12.json"; 0 for anything else.
std::int64_t NumberOf(std::string_view file) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(file.data(), file.data() + file.size(), number);
  const std::string again = std::to_string(number) + ".json";
  return error == std::errc() && number > 0 && again == file ? number : 0;
}

}  // namespace

FileKind KindOf(std::string_view name) {
  FileKind file;
  if (name == kReadme || name == kIndex || name == kSums || name == kManifest) {
    file.kind = FileKind::kTop;
    return file;
  }
  const std::vector<std::string_view> parts = Parts(name);
  if (parts.size() < 3 || parts[0] != "legacies") return file;
  file.legacy_folder = "legacies/" + std::string(parts[1]);
  if (parts.size() == 3) {
    if (parts[2] == "legacy.json") file.kind = FileKind::kLegacy;
    if (parts[2] == "members.json") file.kind = FileKind::kMembers;
    return file;
  }
  if (parts[2] != "stories" || parts.size() < 5) return file;
  file.story_folder = file.legacy_folder + "/stories/" + std::string(parts[3]);
  if (parts.size() == 5) {
    if (parts[4] == "story.json") file.kind = FileKind::kStory;
    if (parts[4] == "story.html") file.kind = FileKind::kPage;
    if (parts[4] == "story.md") file.kind = FileKind::kMarkdown;
  } else if (parts.size() == 6 && parts[4] == "revisions") {
    file.number = NumberOf(parts[5]);
    if (file.number > 0) file.kind = FileKind::kRevision;
  }
  return file;
}

}  // namespace heirloom::archive
