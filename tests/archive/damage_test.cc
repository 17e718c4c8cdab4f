#include <catch2/catch.hpp>
#include <functional>
#include <string>

#include "tests/archive/sample.h"

namespace heirloom::archive {
namespace {

// Why the archive is refused; fails when it is not.
std::string Refusal(const std::string& zip) {
  const auto checked = CheckArchive(SourceOf(zip));
  REQUIRE_FALSE(checked);
  CHECK(checked.error().code == ErrorCode::kMalformed);
  return checked.error().message;
}

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

std::string* Find(Files& files, std::string_view end_of_name) {
  for (auto& [name, bytes] : files) {
    if (name.ends_with(end_of_name)) return &bytes;
  }
  FAIL("there is no " << end_of_name);
  return nullptr;
}

void Replace(std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != text.npos);
  text.replace(at, from.size(), to);
}

// Manifest and sums made to fit what the files are now: what a forger would do.
std::string Forged(const Files& files) {
  const testing::TempFolder folder;
  auto manifest = ManifestWriter::Begin(folder.Path());
  REQUIRE(manifest);
  Counts counts;
  Files out;
  for (auto& [name, bytes] : files) {
    if (name == kManifest || name == kSums) continue;
    REQUIRE(manifest->Add(name, bytes.size(), Sha256Hex(bytes)));
    counts.legacies += name.ends_with("legacy.json") ? 1 : 0;
    counts.stories += name.ends_with("story.json") ? 1 : 0;
    counts.revisions += Contains(name, "/revisions/") ? 1 : 0;
    out.emplace_back(name, bytes);
  }
  const auto sums = manifest->TakeSums();
  REQUIRE(sums);
  const std::string sums_text = sums->Read(0, sums->size()).value();
  REQUIRE(manifest->Add(kSums, sums_text.size(), Sha256Hex(sums_text)));
  out.emplace_back(kSums, sums_text);
  const auto file = manifest->TakeManifest(Time::FromSeconds(1), counts);
  REQUIRE(file);
  out.emplace_back(kManifest, file->Read(0, file->size()).value());
  return Pack(out);
}

std::string ForgedWith(std::string_view file, const std::function<void(std::string&)>& change) {
  Files files = Unpack(WriteSample({MakeSampleLegacy()}));
  change(*Find(files, file));
  return Forged(files);
}

constexpr std::string_view kMarked =
    R"x("marks":[{"type":"link","attrs":{"href":"javascript:alert(1)"}}],"text":"so")x";

}  // namespace

TEST_CASE("no byte of an archive can change unnoticed", "[archive]") {
  const std::string whole = WriteSample({MakeSampleLegacy()});
  const Files files = Unpack(whole);
  const std::size_t directory = whole.find("PK\x01\x02");
  int tried = 0;
  int refused = 0;
  // Each byte of the directory, and a third of those that checksums guard.
  for (std::size_t at = 0; at < whole.size(); at += at < directory ? 3 : 1) {
    ++tried;
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
    const auto checked = CheckArchive(SourceOf(damaged));
    if (!checked) {
      CHECK_FALSE(checked.error().message.empty());
      ++refused;
      continue;
    }
    // A time or an attribute of a file, which nobody reads: everything in it is as it was.
    INFO(at);
    if (Unpack(damaged) != files) FAIL("a change of byte " << at << " was not noticed");
  }
  CHECK(refused > tried / 2);
}

TEST_CASE("an archive that was cut is refused", "[archive]") {
  const std::string whole = WriteSample({MakeSampleLegacy()});
  for (std::size_t size = 0; size < whole.size(); size += 1 + size / 16) {
    INFO(size);
    CHECK_FALSE(Refusal(whole.substr(0, size)).empty());
  }
  CHECK(Refusal("") == "it is no ZIP file, or its end is missing");
  CHECK(Refusal("no zip at all") == "it is no ZIP file, or its end is missing");
}

TEST_CASE("a missing, an extra and a repeated file are named", "[archive]") {
  const Files whole = Unpack(WriteSample({MakeSampleLegacy()}));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Files files = whole;
    files.erase(files.begin() + static_cast<std::ptrdiff_t>(i));
    const std::string words = Refusal(Pack(files));
    INFO(words);
    CHECK(words.starts_with(whole[i].first + ": it is missing"));
  }
  Files more = whole;
  more.emplace_back("legacies/x/virus.exe", "MZ");
  CHECK(Refusal(Pack(more)) == "legacies/x/virus.exe: it is not in the manifest");
  Files twice = whole;
  twice.push_back(twice[3]);
  CHECK(Refusal(Pack(twice)) == whole[3].first + ": it is there twice");
}

TEST_CASE("a file that is not what the manifest says is named", "[archive]") {
  Files files = Unpack(WriteSample({MakeSampleLegacy()}));
  *Find(files, "story.html") += " ";
  CHECK(Contains(Refusal(Pack(files)), "story.html: it is not what the manifest says"));
}

TEST_CASE("names that lead out of an archive are refused", "[archive]") {
  const Files whole = Unpack(WriteSample({MakeSampleLegacy()}));
  for (const char* name :
       {"../x", "/etc/passwd", "a/../../x", "a//b", "a/./b", "C:x", "a b", "\x1b[31m", "ü"}) {
    Files files = whole;
    files.emplace_back(name, "x");
    const std::string words = Refusal(Pack(files));
    INFO(words);
    CHECK(Contains(words, "no file of an archive has such a name"));
    CHECK(words.find('\x1b') == words.npos);
  }
}

TEST_CASE("a newer format is told as such, not as damage", "[archive]") {
  Files files = Unpack(WriteSample({MakeSampleLegacy()}));
  Replace(*Find(files, "manifest.json"), "\"format_version\": 1", "\"format_version\": 2");
  files.emplace_back("people/new.json", "{}");
  CHECK(Contains(Refusal(Pack(files)), "format 2, and this program reads up to 1"));
}

TEST_CASE("a forged archive does not hold together", "[archive]") {
  CHECK(CheckArchive(SourceOf(ForgedWith("README.txt", [](std::string& text) { text += "!"; }))));
  SECTION("another word in a revision") {
    CHECK(Contains(Refusal(ForgedWith("revisions/1.json",
                                      [](std::string& text) { Replace(text, "Erst", "Zuerst"); })),
                   "revisions/1.json: /content_hash is not the hash of the content"));
  }
  SECTION("another author of a revision") {
    CHECK(Contains(
        Refusal(ForgedWith("revisions/2.json",
                           [](std::string& text) { Replace(text, "\"Rosa\"", "\"Eve\""); })),
        "the chain of revisions is broken at revision 2"));
  }
  SECTION("another time of a revision") {
    CHECK(Contains(
        Refusal(ForgedWith("revisions/1.json",
                           [](std::string& text) { Replace(text, "2023-11-14", "2023-11-13"); })),
        "the chain of revisions is broken at revision 1"));
  }
  SECTION("a revision taken out") {
    Files files = Unpack(WriteSample({MakeSampleLegacy()}));
    std::erase_if(files, [](const auto& file) {
      return file.first.ends_with("/1.json") && Contains(file.first, "hauser");
    });
    CHECK(Contains(Refusal(Forged(files)), "revision 1 is missing"));
  }
  SECTION("the newest revision taken out") {
    Files files = Unpack(WriteSample({MakeSampleLegacy()}));
    std::erase_if(files, [](const auto& file) { return file.first.ends_with("/2.json"); });
    CHECK(Contains(Refusal(Forged(files)), "other revisions than its story.json says"));
  }
  SECTION("a story that says something else than its revisions") {
    CHECK(Contains(
        Refusal(ForgedWith("story.json", [](std::string& text) { Replace(text, "& G", "und G"); })),
        "story.json: it says something else than the newest revision"));
  }
  SECTION("a link that runs something") {
    CHECK(Contains(
        Refusal(ForgedWith("story.json",
                           [](std::string& text) { Replace(text, R"x("text":"so")x", kMarked); })),
        "story.json: /content"));
  }
  SECTION("a story of another legacy") {
    CHECK(Contains(
        Refusal(ForgedWith("story.json",
                           [](std::string& text) { Replace(text, SampleId(1), SampleId(7)); })),
        "it belongs to another legacy"));
  }
  SECTION("JSON that is none") {
    CHECK(Contains(Refusal(ForgedWith("legacy.json",
                                      [](std::string& text) {
                                        text.pop_back();
                                        text.pop_back();
                                      })),
                   "legacy.json: it is damaged"));
  }
}

TEST_CASE("a ZIP that swells is stopped", "[archive]") {
  const std::string bomb = Pack({{"README.txt", std::string(40u << 20, 'a')},
                                 {"index.html", std::string(40u << 20, 'b')},
                                 {"SHA256SUMS", std::string(40u << 20, 'c')}});
  REQUIRE(bomb.size() < (1u << 20));
  const auto pass = [](const std::string&, const std::string&) { return Status(); };
  CHECK(Contains(ReadZip(bomb, {}, {nullptr, pass}).error().message, "packed more tightly"));
  CHECK(Contains(ReadZip(bomb, {.max_entry_bytes = 1000}, {nullptr, pass}).error().message,
                 "README.txt: it is too large"));
  CHECK(Contains(ReadZip(bomb, {.max_total_bytes = 50u << 20}, {nullptr, pass}).error().message,
                 "holds too much"));
  CHECK(Contains(ReadZip(bomb, {.max_entries = 2}, {nullptr, pass}).error().message,
                 "too many files"));
}

}  // namespace heirloom::archive
