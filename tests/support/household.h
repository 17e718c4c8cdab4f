#pragma once

#include <memory>
#include <optional>
#include <string>

#include "appliance/base/log.h"
#include "appliance/content/document.h"
#include "appliance/identity/identity_service.h"
#include "appliance/legacies/legacy_service.h"
#include "appliance/stories/bin_service.h"
#include "appliance/stories/import_service.h"
#include "appliance/stories/story_feed_service.h"
#include "appliance/stories/story_service.h"
#include "appliance/stories/tag_service.h"
#include "appliance/stories/working_copy_service.h"
#include "storage/sqlite/sqlite_database.h"
#include "tests/support/manual_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom::testing {

// The services of the main path over a real database in a folder of their own, with people to act:
// every test begins with an empty house.
struct Household {
  TempFolder folder;
  ManualClock clock;
  SeededRandom random;
  IdSource ids{clock, random};
  std::unique_ptr<Database> database = Open();
  // As cheap as libsodium allows: what is tested is who may enter, not how long it takes.
  PasswordHasher hasher{{.threads = 1, .max_queue = 8, .passes = 1, .memory_bytes = 8192}};
  IdentityService identity{*database, hasher, clock, ids, random};
  LegacyService legacies{*database, clock, ids};
  StoryService stories{*database, clock, ids};
  ImportService imports{*database, clock, ids};
  WorkingCopyService copies{*database, clock};
  BinService bin{*database, clock};
  TagService tags{*database, clock};
  StoryFeedService feed{*database};

  std::unique_ptr<Database> Open() {
    auto opened =
        OpenSqliteDatabase({.path = folder / "heirloom.db", .clock = clock, .random = random});
    if (!opened) Panic(opened.error().message);
    return std::move(*opened);
  }

  // A person with an account: "ada" is Ada, ada@example.org.
  Principal Person(const std::string& name) {
    const auto added = identity.AddUser({name, name + "@example.org", "a long password", false});
    if (!added) Panic(added.error().message);
    return {std::string(kDefaultTenant), added->id, name, false, std::nullopt};
  }

  Id LegacyOf(const Principal& owner, const std::string& title = "The family") {
    LegacyInput input;
    input.title = title;
    const auto made = legacies.Create(owner, input);
    if (!made) Panic(made.error().message);
    return made->value.legacy.id;
  }

  void Join(const Principal& owner, const Id& legacy, const std::string& name, Role role) {
    const auto added = legacies.AddMember(owner, legacy, name + "@example.org", role);
    if (!added) Panic(added.error().message);
  }

  static StoryInput Input(const std::string& title, const std::string& text) {
    StoryInput input;
    input.title = title;
    input.document = DocumentFromPlainText(text).value();
    return input;
  }

  Story Write(const Principal& who, const Id& legacy, const std::string& title,
              const std::string& text, StoryStatus status = StoryStatus::kPublished) {
    StoryInput input = Input(title, text);
    input.status = status;
    const auto made = stories.Create(who, legacy, input);
    if (!made) Panic(made.error().message);
    return made->value.story;
  }
};

}  // namespace heirloom::testing
