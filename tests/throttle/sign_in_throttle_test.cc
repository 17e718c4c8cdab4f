#include "appliance/throttle/sign_in_throttle.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "appliance/base/log.h"
#include "appliance/throttle/throttle_repository.h"
#include "storage/sqlite/sqlite_database.h"
#include "tests/support/manual_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

struct Door {
  testing::TempFolder folder;
  testing::ManualClock clock;
  testing::SeededRandom random;
  std::unique_ptr<Database> database = Open();
  SignInThrottle throttle{*database, clock};
  // Another process that answers requests.
  SignInThrottle elsewhere{*database, clock};

  std::unique_ptr<Database> Open() {
    auto opened =
        OpenSqliteDatabase({.path = folder / "heirloom.db", .clock = clock, .random = random});
    if (!opened) Panic(opened.error().message);
    return std::move(*opened);
  }

  // How many wrong passwords somebody may try, one right after the other.
  int WrongOnes(const std::string& account, const std::string& address) {
    int tries = 0;
    while (throttle.Admit(account, address)) ++tries;
    return tries;
  }

  void Enter(const std::string& account, const std::string& address) {
    REQUIRE(throttle.Admit(account, address));
    REQUIRE(
        database->Write([&](Transaction& tx) { return throttle.Succeeded(tx, account, address); }));
  }

  std::int64_t Rows() {
    std::int64_t rows = 0;
    REQUIRE(database->Read([&](Reader& reader) {
      return reader.Query("SELECT COUNT(*) FROM throttles", {}, [&](const Row& row) {
        rows = row.Integer(0);
        return true;
      });
    }));
    return rows;
  }

  void Sweep() {
    REQUIRE(database->Write(
        [&](Transaction& tx) { return throttle_repository::Sweep(tx, clock.Now()); }));
  }
};

std::string Address(int i) {
  return "198.51." + std::to_string(i / 250) + "." + std::to_string(i % 250);
}

}  // namespace

TEST_CASE("guesses at one account from one place stop soon, and go on slowly", "[throttle]") {
  Door door;
  CHECK(door.WrongOnes("rosa", "203.0.113.7") == 10);
  const Status refused = door.throttle.Admit("rosa", "203.0.113.7");
  CHECK(refused.error().code == ErrorCode::kLimitExceeded);
  CHECK(refused.error().retry_after_seconds == 30);
  CHECK(door.elsewhere.Admit("rosa", "203.0.113.7").error().code == ErrorCode::kLimitExceeded);
  door.clock.AdvanceSeconds(30);
  CHECK(door.WrongOnes("rosa", "203.0.113.7") == 1);
}

TEST_CASE("who guesses keeps nobody else out", "[throttle]") {
  Door door;
  (void)door.WrongOnes("rosa", "203.0.113.7");
  CHECK(door.throttle.Admit("rosa", "198.51.100.1"));
  CHECK(door.throttle.Admit("ben", "203.0.113.7"));
}

TEST_CASE("a network that tries one account after the other is slowed down", "[throttle]") {
  Door door;
  int tries = 0;
  while (door.throttle.Admit("account" + std::to_string(tries), "203.0.113.7")) ++tries;
  CHECK(tries == 60);
  CHECK(door.throttle.Admit("rosa", "203.0.113.8"));
}

TEST_CASE("guesses at one account from everywhere stop too, but not for who was there before",
          "[throttle]") {
  Door door;
  door.Enter("rosa", "203.0.113.7");
  int tries = 0;
  while (door.throttle.Admit("rosa", Address(tries))) ++tries;
  CHECK(tries == 100);
  CHECK_FALSE(door.throttle.Admit("rosa", "192.0.2.1"));
  // At home, nothing of it is felt.
  CHECK(door.throttle.Admit("rosa", "203.0.113.7"));
  door.clock.AdvanceSeconds(91LL * 24 * 3600);
  while (door.throttle.Admit("rosa", Address(tries))) ++tries;
  CHECK_FALSE(door.throttle.Admit("rosa", "203.0.113.7"));
}

TEST_CASE("right passwords count for nothing", "[throttle]") {
  Door door;
  for (int i = 0; i < 200; ++i) door.Enter("rosa", "203.0.113.7");
  CHECK(door.WrongOnes("rosa", "203.0.113.7") == 10);
  // …and do not make up for wrong ones at other accounts.
  door.clock.AdvanceSeconds(3600);
  for (int i = 0; i < 50; ++i) {
    REQUIRE(door.throttle.Admit("account" + std::to_string(i), "203.0.113.7"));
  }
  for (int i = 0; i < 20; ++i) door.Enter("rosa", "203.0.113.7");
  int tries = 0;
  while (door.throttle.Admit("more" + std::to_string(tries), "203.0.113.7")) ++tries;
  CHECK(tries == 10);
}

TEST_CASE("a whole IPv6 network is one place", "[throttle]") {
  CHECK(NetworkOf("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
  CHECK(NetworkOf("2001:db8:1:2::1") == "2001:db8:1:2::/64");
  CHECK(NetworkOf("2001:db8:1:3::1") != "2001:db8:1:2::/64");
  CHECK(NetworkOf("::ffff:203.0.113.7") == "203.0.113.7");
  CHECK(NetworkOf("203.0.113.7") == "203.0.113.7");
  CHECK(NetworkOf("").empty());
}

TEST_CASE("a session that asks for the password again is slowed down on its own", "[throttle]") {
  Door door;
  (void)door.WrongOnes("rosa", "203.0.113.7");
  int tries = 0;
  while (door.throttle.AdmitAgain("rosa", "session")) ++tries;
  CHECK(tries == 10);
  CHECK(door.throttle.AdmitAgain("rosa", "another session"));
  CHECK(door.throttle.Admit("rosa", "198.51.100.1"));
}

TEST_CASE("no account and no address is kept as it is", "[throttle]") {
  Door door;
  door.Enter("rosa@example.org", "203.0.113.7");
  REQUIRE(door.throttle.Admit("rosa@example.org", "203.0.113.9"));
  std::string everything;
  REQUIRE(door.database->Read([&](Reader& reader) {
    return reader.Query("SELECT kind, subject FROM throttles", {}, [&](const Row& row) {
      everything += row.String(0) + " " + row.String(1) + "\n";
      return true;
    });
  }));
  CHECK(everything.find("rosa") == everything.npos);
  CHECK(everything.find("203.0") == everything.npos);
}

TEST_CASE("rows that say nothing any more are swept", "[throttle]") {
  Door door;
  door.Enter("rosa", "203.0.113.7");
  REQUIRE(door.throttle.Admit("ben", "198.51.100.1"));
  REQUIRE(door.Rows() > 2);
  door.Sweep();
  CHECK(door.Rows() > 2);
  door.clock.AdvanceSeconds(3601);
  door.Sweep();
  CHECK(door.Rows() == 1);  // That Rosa was here.
  door.clock.AdvanceSeconds(90LL * 24 * 3600);
  door.Sweep();
  CHECK(door.Rows() == 0);
}

TEST_CASE("a flood of accounts and addresses does not fill the disk", "[throttle]") {
  Door door;
  REQUIRE(door.database->Write([&](Transaction& tx) -> Status {
    const auto made = tx.Execute(
        "INSERT INTO throttles (kind, subject, tokens, updated_at) "
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100500) "
        "SELECT 'sign-in-account', CAST(i AS TEXT), 1.0, $1 + i FROM n",
        {SqlOf(door.clock.Now())});
    if (!made) return ErrorOf(made);
    return {};
  }));
  door.Sweep();
  CHECK(door.Rows() == 100'000);
}

}  // namespace heirloom
