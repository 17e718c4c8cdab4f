#include "appliance/archive/format/archive_paths.h"

#include <vector>

#include "appliance/archive/format/layout.h"
#include "appliance/base/number.h"

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
  constexpr std::string_view kEnding = ".json";
  if (!file.ends_with(kEnding)) return 0;
  const auto number = ParseNumber<std::int64_t>(file.substr(0, file.size() - kEnding.size()));
  // One spelling: no leading zeros.
  return number && *number > 0 && file.front() != '0' ? *number : 0;
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
