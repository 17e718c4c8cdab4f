#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "appliance/base/progress.h"
#include "appliance/stories/revision_check_service.h"
#include "tests/support/household.h"

namespace heirloom::testing {

inline ErrorCode CodeOf(const auto& result) { return result.error().code; }

// Ada owns, Ed edits, Con contributes, Vic views, Eve is a stranger.
struct Family : Household {
  Principal ada = Person("ada");
  Principal ed = Person("ed");
  Principal con = Person("con");
  Principal vic = Person("vic");
  Principal eve = Person("eve");
  Id legacy = LegacyOf(ada);

  Family() {
    Join(ada, legacy, "ed", Role::kEditor);
    Join(ada, legacy, "con", Role::kContributor);
    Join(ada, legacy, "vic", Role::kViewer);
  }

  static StoryInput Titled(const std::string& title) {
    StoryInput input;
    input.title = title;
    return input;
  }

  // Types of the events since `sequence`.
  std::vector<std::string> EventsSince(std::int64_t sequence) {
    std::vector<std::string> types;
    const auto events = database->EventsAfter(sequence, 1000);
    REQUIRE(events);
    for (const StoredEvent& event : *events) types.push_back(event.event.type);
    return types;
  }
  std::int64_t Head() { return static_cast<std::int64_t>(EventsSince(0).size()); }

  // What one number of one row says.
  std::int64_t Number(const std::string& sql, std::initializer_list<SqlValue> params = {}) {
    std::int64_t number = -1;
    REQUIRE(database->Read([&](Reader& reader) {
      return reader.Query(sql, params, [&](const Row& row) {
        number = row.Integer(0);
        return false;
      });
    }));
    return number;
  }

  // Whether every chain of revisions holds.
  bool ChainsHold() {
    NoProgress progress;
    const auto check = CheckRevisions(*database, progress, [](const RevisionFinding& finding) {
      UNSCOPED_INFO(finding.story_id << " " << finding.number << ": " << finding.reason);
      return true;
    });
    REQUIRE(check);
    return check->findings == 0;
  }
};

}  // namespace heirloom::testing
