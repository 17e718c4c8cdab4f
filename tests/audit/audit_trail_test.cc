#include "appliance/audit/audit_trail.h"

#include <catch2/catch.hpp>

#include "appliance/audit/audit_service.h"
#include "appliance/base/log.h"
#include "storage/sqlite/sqlite_database.h"
#include "tests/support/manual_clock.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

struct Trail {
  testing::TempFolder folder;
  testing::ManualClock clock;
  testing::SeededRandom random;
  std::unique_ptr<Database> database = Open();
  Principal ada{"default", "ada-id", "Ada", false, std::nullopt};

  std::unique_ptr<Database> Open() {
    auto opened =
        OpenSqliteDatabase({.path = folder / "heirloom.db", .clock = clock, .random = random});
    if (!opened) Panic(opened.error().message);
    return std::move(*opened);
  }

  void Add(const Principal& who, std::string_view action, const std::string& legacy) {
    const auto written = database->Write([&](Transaction& tx) {
      return audit::Append(tx, who, {action, "subject", legacy, R"({"role":"viewer"})"},
                           clock.Now());
    });
    REQUIRE(written);
  }

  std::optional<audit::Break> Verify() {
    const auto broken = ReadOne(*database, [](Reader& reader) { return audit::Verify(reader); });
    REQUIRE(broken);
    return *broken;
  }

  void Tamper(std::string_view sql) {
    REQUIRE(database->Write([&](Transaction& tx) -> Status {
      const auto changed = tx.Execute(sql, {});
      if (!changed) return ErrorOf(changed);
      return {};
    }));
  }
};

}  // namespace

TEST_CASE("entries are numbered without a gap, per tenant, and chained", "[audit]") {
  Trail trail;
  Principal other = trail.ada;
  other.tenant_id = "other";
  trail.Add(trail.ada, audit::action::kLegacyCreated, "l1");
  trail.Add(other, audit::action::kLegacyCreated, "l1");
  trail.Add(trail.ada, audit::action::kMemberAdded, "l1");
  trail.Add(trail.ada, audit::action::kMemberAdded, "l2");
  CHECK_FALSE(trail.Verify());

  const auto all = ReadOne(*trail.database, [](Reader& reader) {
    return audit::Read(reader, "default", std::nullopt, 0, 10);
  });
  REQUIRE(all);
  REQUIRE(all->size() == 3);
  CHECK(all->front().number == 3);
  CHECK(all->back().number == 1);
  CHECK(all->front().actor_name == "Ada");

  const auto of_legacy = ReadOne(*trail.database, [](Reader& reader) {
    return audit::Read(reader, "default", Id("l1"), 0, 10);
  });
  REQUIRE(of_legacy);
  CHECK(of_legacy->size() == 2);
}

TEST_CASE("a changed, removed or inserted entry breaks the chain at its place", "[audit]") {
  Trail trail;
  for (int i = 0; i < 5; ++i) trail.Add(trail.ada, audit::action::kMemberAdded, "l1");
  SECTION("changed") {
    trail.Tamper("UPDATE audit SET actor_name = 'Eve' WHERE number = 3");
    REQUIRE(trail.Verify());
    CHECK(trail.Verify()->number == 3);
  }
  SECTION("removed") {
    trail.Tamper("DELETE FROM audit WHERE number = 2");
    REQUIRE(trail.Verify());
    CHECK(trail.Verify()->number == 2);
  }
  SECTION("two exchanged") {
    trail.Tamper("UPDATE audit SET detail = '{}' WHERE number = 5");
    REQUIRE(trail.Verify());
    CHECK(trail.Verify()->number == 5);
  }
}

TEST_CASE("only an admin reads the record of the installation, in pages", "[audit]") {
  Trail trail;
  for (int i = 0; i < 5; ++i) trail.Add(trail.ada, audit::action::kMemberAdded, "l1");
  AuditService service(*trail.database);
  const auto refused = service.List(trail.ada, {}, 2);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kForbidden);

  Principal admin = trail.ada;
  admin.is_admin = true;
  const auto first = service.List(admin, {}, 2);
  REQUIRE(first);
  REQUIRE(first->items.size() == 2);
  CHECK(first->items[0].number == 5);
  const auto second = service.List(admin, first->next, 10);
  REQUIRE(second);
  CHECK(second->items.size() == 3);
  CHECK(second->next.empty());
}

}  // namespace heirloom
