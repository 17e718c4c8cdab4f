#include "appliance/legacies/legacy_bin_service.h"

#include <catch2/catch.hpp>

#include "appliance/audit/audit_trail.h"
#include "tests/support/household.h"

namespace heirloom {
namespace {

using testing::Household;

ErrorCode CodeOf(const auto& result) { return result.error().code; }

constexpr std::int64_t kDay = 24 * 3600;

struct BinHouse : Household {
  BinService story_bin{*database, clock};
  LegacyBinService bin{*database, clock};
  Principal ada = Person("ada");
  Principal ben = Person("ben");
  Id legacy = LegacyOf(ada);

  BinHouse() { Join(ada, legacy, "ben", Role::kEditor); }

  void Delete() { REQUIRE(legacies.Delete(ada, legacy, std::nullopt)); }

  std::int64_t Count(std::string_view sql) {
    return ReadOne(*database,
                   [&](Reader& reader) -> Result<std::int64_t> {
                     std::int64_t count = 0;
                     const Status read = reader.Query(sql, {legacy}, [&](const Row& row) {
                       count = row.Integer(0);
                       return true;
                     });
                     if (!read) return ErrorOf(read);
                     return count;
                   })
        .value();
  }
};

}  // namespace

TEST_CASE("a deleted legacy waits in the bin of its owners alone", "[legacies]") {
  BinHouse house;
  house.Delete();
  const auto page = house.bin.List(house.ada, {}, 10).value();
  REQUIRE(page.items.size() == 1);
  CHECK(page.items[0].legacy.title == "The family");
  CHECK(page.items[0].deleted_at == house.clock.Now());
  CHECK(page.items[0].deleted_by_name == "ada");
  CHECK(house.bin.List(house.ben, {}, 10)->items.empty());
  CHECK(CodeOf(house.bin.TakeBack(house.ben, house.legacy)) == ErrorCode::kForbidden);
  CHECK(CodeOf(house.bin.TakeBack(house.Person("eve"), house.legacy)) == ErrorCode::kNotFound);
}

TEST_CASE("a legacy comes back from the bin with its stories and members", "[legacies]") {
  BinHouse house;
  const Story story = house.Write(house.ada, house.legacy, "A story", "Text.");
  house.Delete();
  const auto back = house.bin.TakeBack(house.ada, house.legacy);
  REQUIRE(back);
  CHECK(back->value.legacy.version == 3);
  CHECK(back->value.story_count == 1);
  CHECK(house.stories.Get(house.ben, story.id));
  CHECK(house.legacies.Members(house.ada, house.legacy, {}, 10)->items.size() == 2);
  CHECK(house.bin.List(house.ada, {}, 10)->items.empty());
  // Again changes nothing.
  const auto again = house.bin.TakeBack(house.ada, house.legacy);
  REQUIRE(again);
  CHECK(again->position == back->position);
  CHECK(again->value.legacy.version == 3);
}

TEST_CASE("legacies in the bin come last deleted first, page by page, each once", "[legacies]") {
  BinHouse house;
  house.Delete();
  for (const char* title : {"one", "two", "three", "four"}) {
    const Id id = house.LegacyOf(house.ada, title);
    house.clock.AdvanceSeconds(title[0] == 't' ? 0 : 1);
    REQUIRE(house.legacies.Delete(house.ada, id, std::nullopt));
  }
  std::vector<std::string> titles;
  std::vector<std::string> after;
  do {
    const auto page = house.bin.List(house.ada, after, 2).value();
    for (const DeletedLegacy& deleted : page.items) titles.push_back(deleted.legacy.title);
    after = page.next;
  } while (!after.empty());
  CHECK(titles == std::vector<std::string>{"four", "three", "two", "one", "The family"});
  CHECK(CodeOf(house.bin.List(house.ada, {"x", "y"}, 2)) == ErrorCode::kInvalidArgument);
}

TEST_CASE("after 30 days a deleted legacy is gone, with every word of its stories", "[legacies]") {
  BinHouse house;
  house.Write(house.ada, house.legacy, "A story", "Text.");
  const Story binned = house.Write(house.ada, house.legacy, "In the bin before", "Text.");
  REQUIRE(house.stories.Delete(house.ada, binned.id, std::nullopt));
  house.Delete();
  house.clock.AdvanceSeconds(30 * kDay - 1);
  REQUIRE(house.bin.Housekeep());
  CHECK(house.bin.List(house.ada, {}, 10)->items.size() == 1);

  house.clock.AdvanceSeconds(1);
  // Gone by its time, before the housekeeping gets to it.
  CHECK(house.bin.List(house.ada, {}, 10)->items.empty());
  CHECK(CodeOf(house.bin.TakeBack(house.ada, house.legacy)) == ErrorCode::kNotFound);
  constexpr auto kWords = "SELECT COUNT(*) FROM stories WHERE legacy_id = $1 AND title <> ''";
  CHECK(house.Count(kWords) == 2);
  REQUIRE(house.bin.Housekeep());
  REQUIRE(house.story_bin.Housekeep());
  CHECK(house.Count(kWords) == 0);
  CHECK(house.Count("SELECT COUNT(*) FROM legacies WHERE id = $1 AND title = ''") == 1);
  CHECK(house.Count("SELECT COUNT(*) FROM members WHERE legacy_id = $1") == 0);
  CHECK(house.Count("SELECT COUNT(*) FROM audit WHERE legacy_id = $1 AND action = 'legacy.purged'"
                    " AND actor_name = 'housekeeping'") == 1);
  REQUIRE(house.bin.Housekeep());
  CHECK(house.Count(
            "SELECT COUNT(*) FROM audit WHERE legacy_id = $1 AND action = 'story.purged'") == 2);
}

TEST_CASE("what happens to a legacy and its members is on record, for its owners", "[legacies]") {
  BinHouse house;
  LegacyInput input;
  input.title = "Renamed";
  input.visibility = Visibility::kPrivate;
  REQUIRE(house.legacies.Update(house.ada, house.legacy, std::nullopt, input));
  REQUIRE(house.legacies.ChangeMember(house.ada, house.legacy, house.ben.user_id, Role::kOwner));
  REQUIRE(house.legacies.RemoveMember(house.ben, house.legacy, house.ada.user_id));
  // Nothing changes, nothing is recorded.
  REQUIRE(house.legacies.ChangeMember(house.ben, house.legacy, house.ben.user_id, Role::kOwner));
  CHECK(CodeOf(house.legacies.Audit(house.ada, house.legacy, {}, 10)) == ErrorCode::kNotFound);
  std::vector<std::string> said;
  std::vector<std::string> after;
  do {
    const AuditPage page = house.legacies.Audit(house.ben, house.legacy, after, 2).value();
    for (const auto& entry : page.items) {
      said.push_back(entry.actor_name + " " + entry.action + " " + entry.detail);
    }
    after = page.next;
  } while (!after.empty());
  CHECK(said ==
        std::vector<std::string>{
            R"(ben member.removed {"name":"ada","role":"owner"})",
            R"(ada member.changed {"name":"ben","role":"owner","before":"editor"})",
            R"(ada legacy.changed {"fields":["title","visibility"],"visibility":"private"})",
            R"(ada member.added {"name":"ben","role":"editor"})", "ada legacy.created {}"});
}

TEST_CASE("a legacy's record is not for its editors", "[legacies]") {
  BinHouse house;
  CHECK(CodeOf(house.legacies.Audit(house.ben, house.legacy, {}, 10)) == ErrorCode::kForbidden);
}

}  // namespace heirloom
