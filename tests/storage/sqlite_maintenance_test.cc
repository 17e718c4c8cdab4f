// Looking over, copying and putting back the whole database.

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "storage/sqlite/sqlite_maintenance.h"
#include "tests/storage/sqlite_support.h"

namespace heirloom {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;
using testing::SqliteFolder;

// An installation's database, with the schema of the product.
struct Truth : SqliteFolder {
  std::unique_ptr<Database> Open() {
    return SqliteFolder::Open({.path = Path(), .clock = clock, .random = random});
  }
  std::unique_ptr<DatabaseMaintenance> Maintenance() { return MakeSqliteMaintenance({Path()}); }
  Result<Restored> Restore(const fs::path& from) {
    NoProgress progress;
    return RestoreSqliteDatabase({from, Path(), clock, random}, progress);
  }
  std::vector<fs::path> Files() const {
    std::vector<fs::path> names;
    for (const auto& entry : fs::directory_iterator(folder.Path())) {
      names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
};

Position AddUser(Database& database, const std::string& id) {
  const auto written = database.Write([&](Transaction& tx) -> Status {
    tx.Append({"t", "SessionEnded", id, "", 0});
    const auto user = tx.Execute(
        "INSERT INTO users (tenant_id, id, email, email_key, name, role, created_at) VALUES "
        "('t', $1, $1, $1, $1, 'person', 1)",
        {std::string_view(id)});
    return user ? Status() : Status(ErrorOf(user));
  });
  REQUIRE(written);
  return *written;
}

std::string Users(Database& database) {
  std::string ids;
  const Status read = database.Read([&](Reader& reader) {
    return reader.Query("SELECT id FROM users ORDER BY id", {}, [&](const Row& row) {
      ids += row.String(0);
      return true;
    });
  });
  REQUIRE(read);
  return ids;
}

// Writes noise over the middle of a file.
void Damage(const fs::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(fs::file_size(path) / 2));
  file << std::string(8192, '\xa5');
}

class CalledOff final : public Progress {
 public:
  void Show(std::string_view, std::int64_t, std::int64_t) override {}
  bool Cancelled() const override { return true; }
};

TEST_CASE("a copy made under writers holds one moment, stands alone and is its owner's") {
  Truth truth;
  const auto database = truth.Open();
  AddUser(*database, "a");
  NoProgress progress;
  const auto copied = truth.Maintenance()->BackUp(truth.folder / "copy.db", progress);
  const Position later = AddUser(*database, "b");
  if (!copied) FAIL(copied.error().message);
  CHECK(copied->epoch == later.epoch);
  CHECK(copied->sequence == later.sequence - 1);
  struct stat about {};
  REQUIRE(::stat((truth.folder / "copy.db").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  const auto copy = truth.SqliteFolder::Open(
      {.path = truth.folder / "copy.db", .clock = truth.clock, .random = truth.random});
  CHECK(Users(*copy) == "a");
}

TEST_CASE("a copy does not take the place of a file, and one called off leaves nothing") {
  Truth truth;
  truth.Open();
  NoProgress progress;
  testing::WriteFile(truth.folder / "copy.db", "mine");
  const auto refused = truth.Maintenance()->BackUp(truth.folder / "copy.db", progress);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kConflict);
  CHECK(testing::ReadFile(truth.folder / "copy.db") == "mine");
  CalledOff called_off;
  CHECK_FALSE(truth.Maintenance()->BackUp(truth.folder / "other.db", called_off));
  CHECK_FALSE(truth.Maintenance()->BackUp("/nonexistent/copy.db", progress));
  CHECK(truth.Files() == std::vector<fs::path>{"copy.db", "heirloom.db"});
}

TEST_CASE("what is damaged is not copied as if it were whole") {
  Truth truth;
  {
    const auto database = truth.Open();
    for (int i = 0; i < 2'000; ++i) AddUser(*database, std::to_string(i));
  }
  Damage(truth.Path());
  NoProgress progress;
  const auto copied = truth.Maintenance()->BackUp(truth.folder / "copy.db", progress);
  REQUIRE_FALSE(copied);
  CHECK(truth.Files() == std::vector<fs::path>{"heirloom.db"});
  Findings findings;
  CHECK(truth.Maintenance()->Inspect(findings, progress));
  CHECK(findings.Count(Finding::Severity::kError) > 0);
  CHECK_THAT(findings.list().front().mend, Contains("heirloom restore"));
}

TEST_CASE("a database that is well gives no finding, also beside one that is open") {
  Truth truth;
  const auto database = truth.Open();
  AddUser(*database, "a");
  Findings findings;
  NoProgress progress;
  CHECK(truth.Maintenance()->Inspect(findings, progress).value());
  for (const Finding& finding : findings.list()) UNSCOPED_INFO(finding.what);
  CHECK(findings.list().empty());
  CHECK(AddUser(*database, "b").sequence == 2);
}

TEST_CASE("a database that is not there, no database, or nobody's is a finding") {
  Truth truth;
  SECTION("not there") {}
  SECTION("empty") { testing::WriteFile(truth.Path(), ""); }
  SECTION("none") { testing::WriteFile(truth.Path(), std::string(8192, 'x')); }
  Findings findings;
  NoProgress progress;
  CHECK_FALSE(truth.Maintenance()->Inspect(findings, progress).value());
  CHECK(findings.Count(Finding::Severity::kError) == 1);
}

TEST_CASE("an older schema is a note, and nothing of it is changed by looking") {
  Truth truth;
  auto migrations = AllMigrations();
  migrations.resize(1);
  truth.SqliteFolder::Open({.path = truth.Path(),
                            .clock = truth.clock,
                            .random = truth.random,
                            .migrations = migrations});
  const std::string before = testing::ReadFile(truth.Path());
  Findings findings;
  NoProgress progress;
  CHECK_FALSE(truth.Maintenance()->Inspect(findings, progress).value());
  REQUIRE(findings.list().size() == 1);
  CHECK(findings.list().front().severity == Finding::Severity::kNote);
  CHECK(testing::ReadFile(truth.Path()) == before);
}

TEST_CASE("what is put back is what was copied, in another epoch, what was there is kept") {
  Truth truth;
  NoProgress progress;
  Position before;
  {
    const auto database = truth.Open();
    before = AddUser(*database, "a");
    REQUIRE(truth.Maintenance()->BackUp(truth.folder / "copy.db", progress));
    AddUser(*database, "b");
  }
  const auto restored = truth.Restore(truth.folder / "copy.db");
  if (!restored) FAIL(restored.error().message);
  CHECK(restored->position.sequence == before.sequence);
  CHECK(restored->position.epoch != before.epoch);
  {
    const auto database = truth.Open();
    CHECK(Users(*database) == "a");
    CHECK(AddUser(*database, "c").epoch == restored->position.epoch);
  }
  const auto replaced = truth.SqliteFolder::Open(
      {.path = restored->replaced, .clock = truth.clock, .random = truth.random});
  CHECK(Users(*replaced) == "ab");
}

TEST_CASE("sessions do not come back with a copy") {
  Truth truth;
  const auto in_table = [&](const char* sql) {
    const auto database = truth.Open();
    return database->Write([&](Transaction& tx) -> Status {
      const auto done = tx.Execute(sql, {});
      return done ? Status() : Status(ErrorOf(done));
    });
  };
  AddUser(*truth.Open(), "a");
  REQUIRE(
      in_table("INSERT INTO sessions (hash, tenant_id, id, user_id, csrf_token, created_at, "
               "last_used_at, expires_at) VALUES ('h', 't', 's', 'a', 'c', 1, 1, 2)"));
  fs::copy_file(truth.Path(), truth.folder / "copy.db");
  REQUIRE(truth.Restore(truth.folder / "copy.db"));
  std::int64_t sessions = -1;
  REQUIRE(truth.Open()->Read([&](Reader& reader) {
    return reader.Query("SELECT count(*) FROM sessions", {}, [&](const Row& row) {
      sessions = row.Integer(0);
      return true;
    });
  }));
  CHECK(sessions == 0);
}

TEST_CASE("what cannot be put back is refused and nothing changes") {
  Truth truth;
  AddUser(*truth.Open(), "a");
  const fs::path from = truth.folder / "copy.db";
  SECTION("not there") {}
  SECTION("no database") { testing::WriteFile(from, "not a database at all"); }
  SECTION("an empty file") { testing::WriteFile(from, ""); }
  SECTION("another program's") {
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open(from.c_str(), &other) == SQLITE_OK);
    CHECK(sqlite3_exec(other, "CREATE TABLE photos (x)", nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(other);
  }
  SECTION("of a schema that is no number") {
    fs::copy_file(truth.Path(), from);
    const std::string schema = GENERATE("", "new", "99999999999999999999");
    sqlite3* copy = nullptr;
    REQUIRE(sqlite3_open(from.c_str(), &copy) == SQLITE_OK);
    const std::string change =
        "UPDATE meta SET value = '" + schema + "' WHERE key = 'oldest_compatible'";
    CHECK(sqlite3_exec(copy, change.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(copy);
  }
  SECTION("cut off") {
    fs::copy_file(truth.Path(), from);
    fs::resize_file(from, fs::file_size(from) / 2);
  }
  const std::string before = testing::ReadFile(truth.Path());
  const auto restored = truth.Restore(from);
  REQUIRE_FALSE(restored);
  CHECK_THAT(restored.error().message, Contains(from.string()));
  CHECK(testing::ReadFile(truth.Path()) == before);
  CHECK(Users(*truth.Open()) == "a");
}

TEST_CASE("a copy can be put where there is nothing, or nothing that can be read") {
  Truth truth;
  AddUser(*truth.Open(), "a");
  fs::rename(truth.Path(), truth.folder / "copy.db");
  SECTION("nothing") {}
  SECTION("damaged") { testing::WriteFile(truth.Path(), "noise"); }
  const auto restored = truth.Restore(truth.folder / "copy.db");
  if (!restored) FAIL(restored.error().message);
  CHECK(Users(*truth.Open()) == "a");
}

}  // namespace
}  // namespace heirloom
