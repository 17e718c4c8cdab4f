#include "appliance/promotion/promotion.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "appliance/promotion/tables.h"
#include "storage/files/files_blob_store.h"
#include "storage/sealable_database.h"
#include "tests/contract/blob_store_fixture.h"
#include "tests/support/household.h"

namespace heirloom {
namespace {

using contract::Must;

// Whoever waits goes away after some reports.
class Impatient final : public Progress {
 public:
  explicit Impatient(int reports) : left_(reports) {}
  void Show(std::string_view, std::int64_t, std::int64_t) override { --left_; }
  bool Cancelled() const override { return left_ < 0; }

 private:
  int left_;
};

// A house with people, stories and blobs, and an empty one.
struct Houses {
  testing::Household old_house;
  testing::TempFolder folder;
  testing::SeededRandom random{7};
  std::unique_ptr<Database> fresh = OpenFresh("fresh.db");
  std::unique_ptr<FilesBlobStore> old_blobs = OpenBlobs("old");
  std::unique_ptr<FilesBlobStore> fresh_blobs = OpenBlobs("fresh");
  NoProgress patient;

  Houses() {
    const Principal ada = old_house.Person("ada");
    const Id legacy = old_house.LegacyOf(ada);
    for (int i = 0; i < 300; ++i) {
      old_house.Write(ada, legacy, "Story " + std::to_string(i), "words");
    }
    for (int i = 0; i < 5; ++i) {
      Must(old_blobs->Put({"default", "n/" + std::to_string(i)}, "bytes", {}));
    }
  }

  std::unique_ptr<Database> OpenFresh(const std::string& name) {
    auto opened =
        OpenSqliteDatabase({.path = folder / name, .clock = old_house.clock, .random = random});
    if (!opened) Panic(opened.error().message);
    return std::move(*opened);
  }
  std::unique_ptr<FilesBlobStore> OpenBlobs(const std::string& name) {
    return Must(OpenFilesBlobStore(folder / name, old_house.clock, random));
  }
  Promotion Move(Progress& progress) {
    return {{*old_house.database, *old_blobs},
            {*fresh, *fresh_blobs},
            old_house.clock,
            old_house.ids,
            progress};
  }
  Promotion Move() { return Move(patient); }
};

ErrorCode CodeOf(const Status& status) {
  REQUIRE(!status);
  return status.error().code;
}

std::optional<Seal> SealOn(Database& database) {
  return Must(ReadOne(database, [](Reader& reader) { return ReadSeal(reader); }));
}

Status WriteTruth(Database& database) {
  SealableDatabase guarded(database);
  const auto written = guarded.Write([](Transaction& tx) -> Status {
    const auto done = tx.Execute("UPDATE users SET name = name", {});
    return done ? Status() : Status(ErrorOf(done));
  });
  return written ? Status() : Status(ErrorOf(written));
}

}  // namespace

TEST_CASE("all that people entered is in the new place, and the old one is sealed", "[promotion]") {
  Houses houses;
  Promotion move = houses.Move();
  Must(move.Seal());
  CHECK(!move.resumed());
  CHECK(CodeOf(WriteTruth(*houses.old_house.database)) == ErrorCode::kConflict);
  Must(move.Copy());
  CHECK(CodeOf(WriteTruth(*houses.fresh)) == ErrorCode::kConflict);
  const Promoted promoted = Must(move.Compare());
  CHECK(promoted.tables.size() == promotion::TablesCopied().size());
  CHECK(promoted.rows > 600);
  CHECK(promoted.blobs == 5);
  CHECK(promoted.bytes == 25);
  Must(move.Finish());
  CHECK(WriteTruth(*houses.fresh));
  CHECK(SealOn(*houses.old_house.database)->phase == Seal::Phase::kGone);
  CHECK(CodeOf(WriteTruth(*houses.old_house.database)) == ErrorCode::kConflict);
}

TEST_CASE("a move that is called off at any step goes on when it is made again", "[promotion]") {
  Houses houses;
  int tries = 0;
  for (bool copied = false; !copied; ++tries) {
    REQUIRE(tries < 100);
    Impatient progress(tries < 12 ? 1 : 6);  // Blobs are noted by the page.
    Promotion move = houses.Move(progress);
    Must(move.Seal());
    CHECK(move.resumed() == (tries > 0));
    const Status done = move.Copy();
    copied = done.has_value();
    if (!copied) CHECK(done.error().code == ErrorCode::kUnavailable);
  }
  CHECK(tries > 5);
  Promotion move = houses.Move();
  Must(move.Seal());
  Must(move.Copy());
  CHECK(Must(move.Compare()).blobs == 5);
  Must(move.Finish());
  Promotion again = houses.Move();
  Must(again.Seal());
  CHECK(again.done());
}

TEST_CASE("a row that differs is noticed before the new place is opened", "[promotion]") {
  Houses houses;
  Promotion move = houses.Move();
  Must(move.Seal());
  Must(move.Copy());
  const auto changed = houses.fresh->Write([](Transaction& tx) -> Status {
    const auto done = tx.Execute("UPDATE stories SET place = '' WHERE title = 'Story 7'", {});
    return done ? Status() : Status(ErrorOf(done));
  });
  REQUIRE(changed);
  const auto compared = move.Compare();
  REQUIRE(!compared);
  CHECK(compared.error().code == ErrorCode::kInternal);
  CHECK(compared.error().message.find("stories") != std::string::npos);
  CHECK(SealOn(*houses.fresh)->phase == Seal::Phase::kFilling);
}

TEST_CASE("nothing moves into a place that has rows of its own", "[promotion]") {
  Houses houses;
  const auto made = houses.fresh->Write([](Transaction& tx) -> Status {
    const auto done = tx.Execute(
        "INSERT INTO users (tenant_id, id, email, email_key, name, role, created_at)"
        " VALUES ('default', 'u', 'e', 'e', 'Eve', 'admin', 0)",
        {});
    return done ? Status() : Status(ErrorOf(done));
  });
  REQUIRE(made);
  CHECK(CodeOf(houses.Move().Seal()) == ErrorCode::kConflict);
  CHECK(!SealOn(*houses.old_house.database));
}

TEST_CASE("nothing moves onto itself, or to two places at once", "[promotion]") {
  Houses houses;
  Database& old_one = *houses.old_house.database;
  Promotion onto_itself({old_one, *houses.old_blobs}, {old_one, *houses.fresh_blobs},
                        houses.old_house.clock, houses.old_house.ids, houses.patient);
  CHECK(CodeOf(onto_itself.Seal()) == ErrorCode::kConflict);
  Must(houses.Move().Seal());
  const auto third = houses.OpenFresh("third.db");
  Promotion elsewhere({old_one, *houses.old_blobs}, {*third, *houses.fresh_blobs},
                      houses.old_house.clock, houses.old_house.ids, houses.patient);
  CHECK(CodeOf(elsewhere.Seal()) == ErrorCode::kConflict);
}

TEST_CASE("a move can be given up until the new place holds everything", "[promotion]") {
  Houses houses;
  Database& old_one = *houses.old_house.database;
  CHECK(CodeOf(GiveUpPromotion(old_one)) == ErrorCode::kConflict);
  Promotion move = houses.Move();
  Must(move.Seal());
  Must(move.Copy());
  CHECK(CodeOf(GiveUpPromotion(*houses.fresh)) == ErrorCode::kConflict);
  Must(GiveUpPromotion(old_one));
  CHECK(WriteTruth(old_one));
  // What was copied belongs to no move any more.
  CHECK(CodeOf(houses.Move().Seal()) == ErrorCode::kConflict);
}

TEST_CASE("a move that came to its end is not given up", "[promotion]") {
  Houses houses;
  Promotion move = houses.Move();
  Must(move.Seal());
  Must(move.Copy());
  Must(move.Finish());
  CHECK(CodeOf(GiveUpPromotion(*houses.old_house.database)) == ErrorCode::kConflict);
}

}  // namespace heirloom
