#include <catch2/catch.hpp>
#include <string>

#include "appliance/archive/format/archive_paths.h"
#include "tests/archive/sample.h"

namespace heirloom::archive {
namespace {

std::string FileOf(const std::string& zip, std::string_view end_of_name) {
  for (const auto& [name, bytes] : Unpack(zip)) {
    if (name.ends_with(end_of_name)) return bytes;
  }
  FAIL("there is no " << end_of_name);
  return "";
}

std::string WithoutTime(std::string manifest) {
  const std::size_t begin = manifest.find("  \"exported_at\"");
  REQUIRE(begin != manifest.npos);
  return manifest.erase(begin, manifest.find('\n', begin) + 1 - begin);
}

}  // namespace

TEST_CASE("an archive that was written is read, whole", "[archive]") {
  const SampleLegacy sample = MakeSampleLegacy();
  const ZipSource zip = SourceOf(WriteSample({sample}));
  const auto checked = CheckArchive(zip);
  if (!checked) FAIL(checked.error().message);
  CHECK(checked->manifest.counts == Counts{1, 2, 3});
  REQUIRE(checked->legacies.size() == 1);
  CHECK(checked->legacies[0].legacy.dedication == sample.legacy.legacy.dedication);
  CHECK(checked->legacies[0].legacy.created_at == sample.legacy.legacy.created_at);
  CHECK(checked->legacies[0].members == sample.legacy.members);
  REQUIRE(checked->stories.size() == 2);
  CHECK(checked->stories[0].id == SampleId(10));
  CHECK(checked->stories[0].updated_at == sample.stories[0].story.updated_at);

  std::vector<std::pair<Id, std::int64_t>> given;
  const Status read = ReadRevisions(
      zip, *checked, [&](const CheckedStory& story, std::int64_t number, const std::string& json) {
        given.emplace_back(story.id, number);
        const auto revision = ParseRevision(Json::Parse(json).value(), "");
        REQUIRE(revision);
        const SampleStory& from = sample.stories[story.id == SampleId(10) ? 0 : 1];
        const auto at = static_cast<std::size_t>(number - 1);
        CHECK(revision->revision.content == from.revisions[at].revision.content);
        CHECK(revision->revision.digest == from.revisions[at].revision.digest);
        CHECK(revision->revision.note == from.revisions[at].revision.note);
        return Status();
      });
  REQUIRE(read);
  CHECK(given == std::vector<std::pair<Id, std::int64_t>>{
                     {SampleId(10), 1}, {SampleId(10), 2}, {SampleId(11), 1}});
}

TEST_CASE("the same content gives the same archive but for one line", "[archive]") {
  const SampleLegacy sample = MakeSampleLegacy();
  const Time now = Time::FromSeconds(1'800'000'000);
  const std::string first = WriteSample({sample}, now);
  CHECK(first == WriteSample({sample}, now));
  const Files later = Unpack(WriteSample({sample}, now + Time::FromSeconds(60)));
  const Files earlier = Unpack(first);
  REQUIRE(later.size() == earlier.size());
  for (std::size_t i = 0; i < later.size(); ++i) {
    CHECK(later[i].first == earlier[i].first);
    if (later[i].first == kManifest) {
      CHECK(later[i].second != earlier[i].second);
      CHECK(WithoutTime(later[i].second) == WithoutTime(earlier[i].second));
    } else {
      CHECK(later[i].second == earlier[i].second);
    }
  }
}

TEST_CASE("an archive depends on no time zone", "[archive]") {
  const SampleLegacy sample = MakeSampleLegacy();
  setenv("TZ", "Asia/Tokyo", 1);
  tzset();
  const std::string east = WriteSample({sample});
  setenv("TZ", "America/Los_Angeles", 1);
  tzset();
  const std::string west = WriteSample({sample});
  unsetenv("TZ");
  tzset();
  CHECK(east == west);
}

TEST_CASE("whatever a title says, its files have plain names", "[archive]") {
  SampleLegacy sample = MakeSampleLegacy();
  sample.stories.clear();
  int id = 100;
  for (const char* title :
       {"../../../etc/passwd", "C:\\Windows\\CON", "con", "a b/c", ".", "..", "🎹🎹", "Ελένη", "写真",
        "Ænima Øst œuvre straße", "\u202Egnp.exe", "---", "a'b\"c;rm -rf $HOME`x`"}) {
    sample.stories.push_back(MakeSample(id++, {SampleContent(title, "x")}));
  }
  const std::string zip = WriteSample({sample});
  for (const auto& [name, bytes] : Unpack(zip)) {
    INFO(name);
    CHECK(IsSafeName(name));
    CHECK(KindOf(name).kind != FileKind::kUnknown);
  }
  CHECK(CheckArchive(SourceOf(zip)));
}

TEST_CASE("pages run nothing and link to what is there", "[archive]") {
  const std::string zip = WriteSample({MakeSampleLegacy()});
  const std::string index = FileOf(zip, "index.html");
  const Files files = Unpack(zip);
  int links = 0;
  for (std::size_t at = index.find("href=\""); at != index.npos; at = index.find("href=\"", at)) {
    at += 6;
    const std::string target = index.substr(at, index.find('"', at) - at);
    const bool is_there =
        std::ranges::any_of(files, [&](const auto& file) { return file.first == target; });
    INFO(target);
    CHECK(is_there);
    ++links;
  }
  CHECK(links == 2);
  for (const auto& [name, bytes] : files) {
    if (!name.ends_with(".html")) continue;
    INFO(name);
    CHECK(bytes.find("<script") == bytes.npos);
    CHECK(bytes.find("default-src 'none'") != bytes.npos);
    CHECK(bytes.find("prefers-color-scheme: dark") != bytes.npos);
  }
  CHECK(index.find("&lt;script&gt;") != index.npos);
  CHECK(index.find("For Ingeborg\nand &lt;Anders&gt;") != index.npos);
}

TEST_CASE("names of members are all that says who belonged", "[archive]") {
  const std::string members = FileOf(WriteSample({MakeSampleLegacy()}), "members.json");
  const Json json = Json::Parse(members).value();
  CHECK(json.Get("members").Size() == 2);
  CHECK(json.Get("members").At(0).Keys() == std::vector<std::string>{"name", "role"});
}

TEST_CASE("an archive that was unpacked and packed again is read", "[archive]") {
  Files files = Unpack(WriteSample({MakeSampleLegacy()}));
  std::ranges::sort(files, std::ranges::greater());
  const ZipSource zip = SourceOf(Pack(files));
  const auto checked = CheckArchive(zip);
  if (!checked) FAIL(checked.error().message);
  std::vector<std::int64_t> numbers;
  REQUIRE(ReadRevisions(zip, *checked,
                        [&](const CheckedStory&, std::int64_t number, const std::string&) {
                          numbers.push_back(number);
                          return Status();
                        }));
  std::ranges::sort(numbers);
  CHECK(numbers == std::vector<std::int64_t>{1, 1, 2});
}

}  // namespace heirloom::archive
