#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "appliance/archive/export_service.h"
#include "appliance/archive/format/archive_reader.h"
#include "appliance/archive/restore_service.h"
#include "appliance/audit/audit_trail.h"
#include "tests/support/household.h"

namespace heirloom {
namespace {

using archive::ArchivedLegacy;
using archive::CheckedArchive;

constexpr std::string_view kTimeLine = "  \"exported_at\"";

std::string BytesOf(const Export& made) { return made.file->Read(0, made.file->size()).value(); }

// What tells one archive from another: all but the line with the time.
std::map<std::string, std::string> ContentOf(const std::string& zip) {
  std::map<std::string, std::string> files;
  const Status read =
      archive::ReadZip(zip, {}, {nullptr, [&](const std::string& name, std::string bytes) {
                                   if (name == "manifest.json") {
                                     const std::size_t at = bytes.find(kTimeLine);
                                     bytes.erase(at, bytes.find('\n', at) - at);
                                   }
                                   files[name] = std::move(bytes);
                                   return Status();
                                 }});
  REQUIRE(read);
  return files;
}

// An archive as the command line would send it: one part a story.
struct Parcel {
  std::vector<ArchivedLegacy> legacies;
  std::vector<std::vector<StoryPart>> stories;  // Of each legacy.
};

Parcel Unwrap(const std::string& zip) {
  const archive::ZipSource source = [&](const archive::ZipCallbacks& callbacks) {
    return archive::ReadZip(zip, {}, callbacks);
  };
  const auto checked = archive::CheckArchive(source);
  if (!checked) FAIL(checked.error().message);
  Parcel parcel{checked->legacies, std::vector<std::vector<StoryPart>>(checked->legacies.size())};
  std::map<std::string, std::size_t> places;
  const Status read = archive::ReadRevisions(
      source, *checked,
      [&](const archive::CheckedStory& story, std::int64_t, const std::string& json) {
        auto& parts = parcel.stories[story.legacy];
        const auto [place, is_new] = places.emplace(story.folder, parts.size());
        if (is_new) {
          parts.push_back(
              {story.id, story.created_at, story.updated_at, story.revision_count, "", {}, ""});
        }
        parts[place->second].revisions.push_back(
            archive::ParseRevision(Json::Parse(json).value(), "").value());
        return Status();
      });
  REQUIRE(read);
  return parcel;
}

struct House : testing::Household {
  ExportService exports{*database, clock, folder.Path()};
  RestoreService restores{*database, clock, ids};

  std::string ExportAll(const Principal& who) {
    const auto made = exports.Make(who, std::nullopt);
    if (!made) FAIL(made.error().message);
    return BytesOf(*made);
  }

  // Outcomes of all stories, in the order of the archive.
  std::vector<RestoreOutcome> Restore(const Principal& who, const Parcel& parcel) {
    std::vector<RestoreOutcome> outcomes;
    for (std::size_t i = 0; i < parcel.legacies.size(); ++i) {
      const auto legacy = restores.RestoreLegacy(who, parcel.legacies[i]);
      if (!legacy) FAIL(legacy.error().message);
      if (parcel.stories[i].empty()) continue;
      const auto restored =
          restores.RestoreStories(who, legacy->value.legacy_id, parcel.stories[i]);
      if (!restored) FAIL(restored.error().message);
      for (const RestoredStory& story : restored->value) outcomes.push_back(story.outcome);
    }
    return outcomes;
  }

  Story Edit(const Principal& who, const Id& id, const std::string& title) {
    StoryInput input;
    input.title = title;
    clock.Advance(Time::FromSeconds(60));
    const auto edited = stories.Update(who, id, std::nullopt, input);
    if (!edited) FAIL(edited.error().message);
    return edited->value.story;
  }

  // Ada's: two legacies, edits, a draft, an archived story, one in the bin, and people.
  Principal Fill() {
    const Principal ada = Person("ada");
    Person("bob");
    const Id family = LegacyOf(ada, "The Lamps");
    LegacyOf(ada, "Empty");
    Join(ada, family, "bob", Role::kEditor);
    const Story house = Write(ada, family, "Häuser", "Erst.\n\nDann.");
    Edit(ada, house.id, "Häuser & Gärten");
    Edit(ada, house.id, "Maisons");
    Write(ada, family, "Entwurf", "…", StoryStatus::kDraft);
    Write(ada, family, "Old", "x", StoryStatus::kArchived);
    const Story gone = Write(ada, family, "Gone", "x");
    REQUIRE(stories.Delete(ada, gone.id, std::nullopt));
    return ada;
  }
};

constexpr RestoreOutcome kCreated = RestoreOutcome::kCreated;
constexpr RestoreOutcome kUnchanged = RestoreOutcome::kUnchanged;
using Outcomes = std::vector<RestoreOutcome>;

}  // namespace

TEST_CASE("what went out comes back, and goes out the same", "[archive]") {
  House first;
  const Principal ada = first.Fill();
  const std::string zip = first.ExportAll(ada);

  House second;
  second.clock.Advance(Time::FromSeconds(1'000'000));
  const Principal new_ada = second.Person("ada");
  const Parcel parcel = Unwrap(zip);
  CHECK(second.Restore(new_ada, parcel) == Outcomes{kCreated, kCreated, kCreated});
  CHECK(ContentOf(second.ExportAll(new_ada)) == ContentOf(zip));
  CHECK(second.ExportAll(new_ada) != zip);  // The time.

  SECTION("again, nothing changes") {
    CHECK(second.Restore(new_ada, parcel) == Outcomes{kUnchanged, kUnchanged, kUnchanged});
    CHECK(ContentOf(second.ExportAll(new_ada)) == ContentOf(zip));
  }
  SECTION("where it came from it is known again") {
    CHECK(first.Restore(ada, parcel) == Outcomes{kUnchanged, kUnchanged, kUnchanged});
    CHECK(ContentOf(first.ExportAll(ada)) == ContentOf(zip));
  }
  SECTION("somebody else gets a copy of their own and learns nothing") {
    const Principal eve = first.Person("eve");
    CHECK(first.Restore(eve, parcel) == Outcomes{kCreated, kCreated, kCreated});
    CHECK(ContentOf(first.ExportAll(ada)) == ContentOf(zip));
    const auto copy = first.exports.Make(eve, std::nullopt);
    REQUIRE(copy);
    // Ada, who owned the original, is a name in the copy.
    CHECK(Unwrap(BytesOf(*copy)).legacies[1].members.size() == 3);
  }
}

TEST_CASE("a newer archive brings what is missing, and nothing that was written is lost",
          "[archive]") {
  House home;
  const Principal ada = home.Fill();
  const Parcel old = Unwrap(home.ExportAll(ada));
  House away;
  const Principal there = away.Person("ada");
  away.Restore(there, old);
  const auto page = home.stories.List(ada, {});
  REQUIRE(page);
  const auto story = std::ranges::find_if(
      page->items, [](const StoryView& view) { return view.story.content.title == "Maisons"; });
  REQUIRE(story != page->items.end());
  home.Edit(ada, story->story.id, "Lampes");
  const std::string newer = home.ExportAll(ada);

  SECTION("revisions that are missing are added") {
    Outcomes outcomes = away.Restore(there, Unwrap(newer));
    CHECK(std::ranges::count(outcomes, RestoreOutcome::kUpdated) == 1);
    CHECK(std::ranges::count(outcomes, kUnchanged) == 2);
    CHECK(ContentOf(away.ExportAll(there)) == ContentOf(newer));
  }
  SECTION("an older archive takes nothing back") {
    away.Restore(there, Unwrap(newer));
    Outcomes outcomes = away.Restore(there, old);
    CHECK(std::ranges::count(outcomes, RestoreOutcome::kKept) == 1);
    CHECK(ContentOf(away.ExportAll(there)) == ContentOf(newer));
  }
  SECTION("a story that was edited here stays as it is") {
    const auto local = away.stories.List(there, {});
    REQUIRE(local);
    for (const StoryView& view : local->items) {
      if (view.story.content.title == "Maisons") away.Edit(there, view.story.id, "Mine");
    }
    const auto before = ContentOf(away.ExportAll(there));
    Outcomes outcomes = away.Restore(there, Unwrap(newer));
    CHECK(std::ranges::count(outcomes, RestoreOutcome::kKept) == 1);
    CHECK(ContentOf(away.ExportAll(there)) == before);
  }
  SECTION("a story that was deleted here does not come back") {
    const auto local = away.stories.List(there, {});
    REQUIRE(local);
    REQUIRE(away.stories.Delete(there, local->items.front().story.id, std::nullopt));
    Outcomes outcomes = away.Restore(there, old);
    CHECK(std::ranges::count(outcomes, RestoreOutcome::kDeleted) == 1);
  }
  SECTION("a legacy that was deleted here is said to be in the bin") {
    const auto legacies = away.legacies.List(there, {}, 10);
    REQUIRE(legacies);
    for (const LegacyView& view : legacies->items) {
      REQUIRE(away.legacies.Delete(there, view.legacy.id, std::nullopt));
    }
    const auto again = away.restores.RestoreLegacy(there, old.legacies.front());
    REQUIRE_FALSE(again);
    CHECK(again.error().code == ErrorCode::kConflict);
  }
}

TEST_CASE("a story too large for one request comes in parts", "[archive]") {
  House home;
  const Principal ada = home.Fill();
  const std::string zip = home.ExportAll(ada);
  Parcel parcel = Unwrap(zip);
  House away;
  const Principal there = away.Person("ada");
  std::size_t with_stories = parcel.stories[0].empty() ? 1 : 0;
  const auto legacy = away.restores.RestoreLegacy(there, parcel.legacies[with_stories]);
  REQUIRE(legacy);
  const auto whole = std::ranges::find_if(
      parcel.stories[with_stories], [](const StoryPart& part) { return part.revision_count == 3; });
  REQUIRE(whole != parcel.stories[with_stories].end());
  const auto part = [&](std::size_t first, std::size_t last) {
    StoryPart cut = *whole;
    cut.revisions.assign(whole->revisions.begin() + static_cast<std::ptrdiff_t>(first - 1),
                         whole->revisions.begin() + static_cast<std::ptrdiff_t>(last));
    if (first > 1) cut.parent_digest = whole->revisions[first - 2].revision.digest;
    return cut;
  };
  const auto send = [&](const StoryPart& cut) {
    const auto done = away.restores.RestoreStories(there, legacy->value.legacy_id, {cut});
    if (!done) FAIL(done.error().message);
    return done->value.front().outcome;
  };
  CHECK(send(part(2, 3)) == RestoreOutcome::kRefused);  // What comes before is not there.
  CHECK(send(part(1, 1)) == kCreated);
  CHECK(send(part(3, 3)) == RestoreOutcome::kRefused);
  CHECK(send(part(2, 3)) == RestoreOutcome::kUpdated);
  CHECK(send(part(1, 1)) == kUnchanged);
  CHECK(send(part(3, 3)) == kUnchanged);
  StoryPart foreign = part(3, 3);
  foreign.parent_digest = std::string(64, '0');
  CHECK(send(foreign) == RestoreOutcome::kKept);
}

TEST_CASE("only owners export, and only owners restore into a legacy", "[archive]") {
  House house;
  const Principal ada = house.Person("ada");
  const Principal bob = house.Person("bob");
  const Principal eve = house.Person("eve");
  const Id legacy = house.LegacyOf(ada);
  house.Join(ada, legacy, "bob", Role::kEditor);
  const Parcel parcel = Unwrap(house.ExportAll(ada));
  CHECK(house.exports.Make(bob, legacy).error().code == ErrorCode::kForbidden);
  CHECK(house.exports.Make(eve, legacy).error().code == ErrorCode::kNotFound);
  Principal reader = ada;
  reader.scopes = {"legacies:read", "stories:read"};
  CHECK(house.exports.Make(reader, legacy).error().code == ErrorCode::kForbidden);
  CHECK(house.exports.Make(reader, std::nullopt).error().code == ErrorCode::kForbidden);
  CHECK(house.restores.RestoreLegacy(reader, parcel.legacies[0]).error().code ==
        ErrorCode::kForbidden);
  CHECK(house.restores.RestoreStories(bob, legacy, {}).error().code == ErrorCode::kForbidden);
  CHECK(house.restores.RestoreStories(eve, legacy, {}).error().code == ErrorCode::kNotFound);
  // Of a person who owns nothing: an archive with nothing in it.
  CHECK(Unwrap(house.ExportAll(bob)).legacies.empty());
}

TEST_CASE("a download goes on from the same bytes, for some minutes", "[archive]") {
  House house;
  const Principal ada = house.Fill();
  const auto first = house.exports.Make(ada, std::nullopt);
  REQUIRE(first);
  house.clock.Advance(Time::FromSeconds(60));
  const auto second = house.exports.Make(ada, std::nullopt, first->sha256);
  REQUIRE(second);
  CHECK(second->sha256 == first->sha256);
  CHECK(second->file == first->file);
  const Principal eve = house.Person("eve");
  const auto foreign = house.exports.Make(eve, std::nullopt, first->sha256);
  REQUIRE(foreign);
  CHECK(foreign->file != first->file);
  // Somebody else's legacy by now is not given away again.
  const auto legacies = house.legacies.List(ada, {}, 10);
  REQUIRE(legacies);
  house.Join(ada, legacies->items.front().legacy.id, "eve", Role::kOwner);
  REQUIRE(house.legacies.RemoveMember(ada, legacies->items.front().legacy.id, ada.user_id));
  const auto fewer = house.exports.Make(ada, std::nullopt, first->sha256);
  REQUIRE(fewer);
  CHECK(fewer->file != first->file);
  CHECK(Unwrap(BytesOf(*fewer)).legacies.size() == 1);
  house.clock.Advance(Time::FromSeconds(601));
  house.exports.Housekeep();
  const auto late = house.exports.Make(ada, std::nullopt, fewer->sha256);
  REQUIRE(late);
  CHECK(late->file != fewer->file);
}

TEST_CASE("exports and restores are recorded", "[archive]") {
  House home;
  const Principal ada = home.Fill();
  const Parcel parcel = Unwrap(home.ExportAll(ada));
  House away;
  const Principal there = away.Person("ada");
  away.Restore(there, parcel);
  const auto actions = [](House& house) {
    std::vector<std::string> names;
    const auto entries = ReadOne(*house.database, [](Reader& reader) {
      return audit::Read(reader, kDefaultTenant, std::nullopt, 0, 100);
    });
    REQUIRE(entries);
    for (const audit::Entry& entry : *entries) names.push_back(entry.action);
    return names;
  };
  CHECK(std::ranges::count(actions(home), "legacy.exported") == 2);
  CHECK(std::ranges::count(actions(away), "legacy.imported") == 2);
  CHECK(std::ranges::count(actions(away), "stories.imported") == 1);
}

}  // namespace heirloom
