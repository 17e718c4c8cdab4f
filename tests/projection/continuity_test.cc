#include "appliance/projection/continuity.h"

#include <catch2/catch.hpp>
#include <memory>

#include "storage/sqlite/sqlite_database.h"
#include "tests/support/manual_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

// A database with five events.
struct Truth {
  testing::TempFolder folder;
  testing::ManualClock clock;
  testing::SeededRandom random;
  std::unique_ptr<Database> database =
      OpenSqliteDatabase({.path = folder / "heirloom.db", .clock = clock, .random = random})
          .value();

  Truth() {
    for (int i = 0; i < 5; ++i) Write();
  }
  Position Write() {
    return database
        ->Write([](Transaction& tx) -> Status {
          tx.Append({"default", "heirloom.story.updated.v1", "story", "legacy", 1});
          return {};
        })
        .value();
  }
  Position At(std::int64_t sequence) {
    return {ReadOne(*database, [](Reader& reader) { return reader.Head(); })->epoch, sequence};
  }
  void SweepUpTo(std::int64_t sequence) {
    REQUIRE(database->Write([&](Transaction& tx) -> Status {
      const auto gone = tx.Execute("DELETE FROM outbox WHERE sequence <= $1", {sequence});
      return gone ? Status() : Status(ErrorOf(gone));
    }));
  }
};

TEST_CASE("a projection goes on from a position of this history") {
  Truth truth;
  Continuity continuity(*truth.database, true);
  REQUIRE(continuity.Begin());
  for (const std::int64_t sequence : {0, 3, 5}) {
    CHECK(continuity.CanGoOn(truth.At(sequence)).value());
  }
}

TEST_CASE("a projection that is new, of another epoch or ahead of the truth begins anew") {
  Truth truth;
  Continuity continuity(*truth.database, true);
  REQUIRE(continuity.Begin());
  CHECK_FALSE(continuity.CanGoOn(std::nullopt).value());
  CHECK_FALSE(continuity.CanGoOn(Position{"another", 3}).value());
  CHECK_FALSE(continuity.CanGoOn(truth.At(6)).value());
}

TEST_CASE("writes that pass a projection that was ahead do not make it good") {
  Truth truth;
  const bool alone = GENERATE(true, false);
  Continuity continuity(*truth.database, alone);
  REQUIRE(continuity.Begin());
  for (int i = 0; i < 3; ++i) truth.Write();
  // Where others follow too, it may have been one of them who followed those writes.
  CHECK(continuity.CanGoOn(truth.At(7)).value() == !alone);
}

TEST_CASE("once it goes on, a projection moves with the head") {
  Truth truth;
  Continuity continuity(*truth.database, true);
  REQUIRE(continuity.Begin());
  CHECK(continuity.CanGoOn(truth.At(5)).value());
  truth.Write();
  CHECK(continuity.CanGoOn(truth.At(6)).value());
}

TEST_CASE("a projection whose next events were swept away begins anew") {
  Truth truth;
  Continuity continuity(*truth.database, true);
  REQUIRE(continuity.Begin());
  truth.SweepUpTo(3);
  CHECK_FALSE(continuity.CanGoOn(truth.At(2)).value());
  CHECK(continuity.CanGoOn(truth.At(3)).value());
  truth.SweepUpTo(5);
  CHECK_FALSE(continuity.CanGoOn(truth.At(4)).value());
  CHECK(continuity.CanGoOn(truth.At(5)).value());
}

}  // namespace
}  // namespace heirloom
