#include "appliance/idempotency/idempotency.h"

#include <catch2/catch.hpp>

#include "appliance/base/log.h"
#include "storage/sqlite/sqlite_database.h"
#include "tests/support/manual_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

const Principal kAda{"default", "ada", "Ada", false, std::nullopt};
const Principal kBen{"default", "ben", "Ben", false, std::nullopt};
const RequestKey kKey{"POST /api/v1/stories", "k1", "digest"};

struct Keys {
  testing::TempFolder folder;
  testing::ManualClock clock;
  testing::SeededRandom random;
  std::unique_ptr<Database> database = Open();

  std::unique_ptr<Database> Open() {
    auto opened =
        OpenSqliteDatabase({.path = folder / "heirloom.db", .clock = clock, .random = random});
    if (!opened) Panic(opened.error().message);
    return std::move(*opened);
  }

  void Remember(const Principal& who, const RequestKey& key, const std::string& resource) {
    REQUIRE(database->Write([&](Transaction& tx) {
      return idempotency::Remember(tx, who, key, resource, clock.Now());
    }));
  }
  Result<std::optional<Id>> Find(const Principal& who, const RequestKey& key) {
    return ReadOne(*database, [&](Reader& reader) {
      return idempotency::Find(reader, who, key, clock.Now());
    });
  }
};

}  // namespace

TEST_CASE("a key finds what its request made, for its own principal and route", "[idempotency]") {
  Keys keys;
  keys.Remember(kAda, kKey, "story-1");
  REQUIRE(keys.Find(kAda, kKey));
  CHECK(**keys.Find(kAda, kKey) == "story-1");
  CHECK_FALSE(keys.Find(kBen, kKey)->has_value());
  CHECK_FALSE(keys.Find(kAda, {"POST /api/v1/legacies", "k1", "digest"})->has_value());
}

TEST_CASE("a key under another body names the header", "[idempotency]") {
  Keys keys;
  keys.Remember(kAda, kKey, "story-1");
  const auto found = keys.Find(kAda, {kKey.route, kKey.key, "another"});
  REQUIRE_FALSE(found);
  CHECK(found.error().code == ErrorCode::kInvalidArgument);
  CHECK(found.error().fields.front().pointer == "Idempotency-Key");
}

TEST_CASE("after 24 hours a key is free again, and swept a few at a time", "[idempotency]") {
  Keys keys;
  keys.Remember(kAda, kKey, "story-1");
  keys.clock.AdvanceSeconds(25 * 3600);
  CHECK_FALSE(keys.Find(kAda, kKey)->has_value());
  keys.Remember(kAda, kKey, "story-2");
  CHECK(**keys.Find(kAda, kKey) == "story-2");
  keys.Remember(kBen, kKey, "story-3");
  keys.clock.AdvanceSeconds(25 * 3600);
  std::int64_t swept = 0;
  REQUIRE(keys.database->Write([&](Transaction& tx) -> Status {
    const auto count = idempotency::Sweep(tx, keys.clock.Now(), 100);
    if (!count) return ErrorOf(count);
    swept = *count;
    return {};
  }));
  CHECK(swept == 2);
}

}  // namespace heirloom
