#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "appliance/archive/format/archive_reader.h"
#include "appliance/archive/format/archive_writer.h"
#include "appliance/archive/format/layout.h"
#include "appliance/base/encoding.h"
#include "appliance/content/canonical_content.h"
#include "appliance/content/document.h"
#include "appliance/domain/revision_chain.h"
#include "tests/support/temp_folder.h"

namespace heirloom::archive {

inline Id SampleId(int number) {
  const std::string digits = std::to_string(number);
  return "0190f0f0-0000-7000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

struct SampleStory {
  ArchivedStory story;
  std::vector<ArchivedRevision> revisions;
};

struct SampleLegacy {
  ArchivedLegacy legacy;
  std::vector<SampleStory> stories;
};

inline StoryContent SampleContent(const std::string& title, const std::string& markdown) {
  StoryContent content;
  content.title = title;
  const Document document = DocumentFromMarkdown(markdown).value();
  content.document = document.json;
  content.text = document.text;
  content.tags = {"boat", "großmutter"};
  content.language = "de";
  content.happened_at = ParseEdtf("1944/1946").value();
  content.author = "Rosa Ternen";
  return content;
}

// A story that was written so often, sealed as stories are.
inline SampleStory MakeSample(int id, const std::vector<StoryContent>& contents) {
  SampleStory sample;
  std::string digest;
  for (const StoryContent& content : contents) {
    ArchivedRevision archived;
    Revision& revision = archived.revision;
    revision.number = static_cast<std::int64_t>(sample.revisions.size()) + 1;
    revision.author = "Rosa";
    revision.note = revision.number == 1 ? "" : "again";
    revision.created_at = Time::FromSeconds(1'700'000'000 + revision.number);
    revision.content = content;
    archived.canonical = CanonicalContent(content);
    revision.content_hash = Sha256Hex(archived.canonical);
    revision.digest = RevisionDigest(digest, revision);
    digest = revision.digest;
    sample.revisions.push_back(archived);
  }
  ArchivedStory& story = sample.story;
  story.id = SampleId(id);
  story.legacy_id = SampleId(1);
  story.content = contents.back();
  story.revision_count = static_cast<std::int64_t>(contents.size());
  story.created_at = sample.revisions.front().revision.created_at;
  story.updated_at = sample.revisions.back().revision.created_at;
  return sample;
}

inline SampleLegacy MakeSampleLegacy() {
  SampleLegacy sample;
  Legacy& legacy = sample.legacy.legacy;
  legacy.id = SampleId(1);
  legacy.title = "The Lamps of Sandviken";
  legacy.dedication = "For Ingeborg\nand <Anders>";
  legacy.language = "en";
  legacy.created_at = Time::FromSeconds(1'600'000'000);
  legacy.updated_at = Time::FromSeconds(1'600'000'001);
  sample.legacy.members = {{"Rosa", Role::kOwner}, {"Ada \"A\"", Role::kViewer}};
  sample.stories.push_back(MakeSample(10, {SampleContent("Häuser", "Erst *so*."),
                                           SampleContent("Häuser & Gärten", "# Dann\n\nso")}));
  StoryContent draft = SampleContent("../../etc/passwd <script>", "Entwurf");
  draft.status = StoryStatus::kDraft;
  draft.happened_at.reset();
  draft.place = "Bergen";
  draft.tags.clear();
  sample.stories.push_back(MakeSample(11, {draft}));
  return sample;
}

// The archive's bytes.
inline std::string WriteSample(const std::vector<SampleLegacy>& legacies,
                               Time now = Time::FromSeconds(1'800'000'000)) {
  const testing::TempFolder folder;
  auto writer = ArchiveWriter::Begin(folder.Path());
  REQUIRE(writer);
  for (const SampleLegacy& sample : legacies) {
    REQUIRE(writer->BeginLegacy(sample.legacy, ShortId(sample.legacy.legacy.id)));
    for (const SampleStory& story : sample.stories) {
      REQUIRE(writer->AddStory(story.story, ShortId(story.story.id)));
      for (const ArchivedRevision& revision : story.revisions) {
        REQUIRE(writer->AddRevision(revision));
      }
    }
    REQUIRE(writer->EndLegacy());
  }
  const auto file = writer->Finish(now);
  REQUIRE(file);
  const auto bytes = file->Read(0, file->size());
  REQUIRE(bytes);
  return *bytes;
}

inline ZipSource SourceOf(std::string bytes) {
  return [bytes = std::move(bytes)](const ZipCallbacks& callbacks) {
    return ReadZip(bytes, {}, callbacks);
  };
}

// Names and contents of all files, in their order.
using Files = std::vector<std::pair<std::string, std::string>>;

inline Files Unpack(const std::string& zip) {
  Files files;
  const Status read = ReadZip(zip, {}, {nullptr, [&](const std::string& name, std::string bytes) {
                                          files.emplace_back(name, std::move(bytes));
                                          return Status();
                                        }});
  if (!read) FAIL(read.error().message);
  return files;
}

inline std::string Pack(const Files& files) {
  const testing::TempFolder folder;
  auto out = TempFile::Create(folder.Path());
  REQUIRE(out);
  auto zip = ZipWriter::Begin(*out);
  REQUIRE(zip);
  for (const auto& [name, bytes] : files) REQUIRE(zip->Add(name, bytes));
  REQUIRE(zip->Finish());
  return out->Read(0, out->size()).value();
}

}  // namespace heirloom::archive
