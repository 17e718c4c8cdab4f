// The JSON files of archives, and its manifest: the first byte says which.

#include "appliance/archive/format/documents.h"
#include "appliance/archive/format/manifest.h"
#include "tests/fuzz/fuzzer.h"

using namespace heirloom;
using heirloom::fuzz::Expect;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 5 == 4) {
    const auto manifest = archive::ParseManifest(text);
    if (manifest) Expect(!manifest->files.empty(), "a manifest names files");
    return 0;
  }
  const auto json = Json::Parse(text);
  if (!json) return 0;
  if (data[0] % 5 == 0) {
    const auto legacy = archive::ParseLegacy(*json);
    if (!legacy) return 0;
    const auto again = archive::ParseLegacy(Json::Parse(archive::LegacyJson(*legacy)).value());
    Expect(again && again->title == legacy->title && again->created_at == legacy->created_at,
           "a legacy is read as it is written");
  } else if (data[0] % 5 == 1) {
    const auto story = archive::ParseStory(*json);
    if (!story) return 0;
    const auto again = archive::ParseStory(Json::Parse(archive::StoryJson(*story)).value());
    Expect(again && again->content == story->content, "a story is read as it is written");
  } else if (data[0] % 5 == 2) {
    const auto revision = archive::ParseRevision(*json, "");
    if (!revision) return 0;
    const auto again =
        archive::ParseRevision(Json::Parse(archive::RevisionJson(*revision)).value(), "");
    Expect(again && again->canonical == revision->canonical, "a revision is read as it is written");
  } else {
    (void)archive::ParseMembers(*json, "0190f0f0-0000-7000-8000-000000000001");
  }
  return 0;
}
