// Kills a process in the middle of writing, and looks at what it had promised.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "storage/sqlite/connection.h"
#include "tests/storage/sqlite_support.h"

namespace heirloom {
namespace {

using testing::PutThing;
using testing::SqliteFolder;

constexpr int kWriters = 8;
constexpr int kRounds = 5;

// A child process that writes with several threads until it is killed, and tells of each write that
// was answered, as a line "id sequence".
class WritingProcess final {
 public:
  WritingProcess(SqliteFolder& folder, int round) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) FAIL("no pipe");
    pid_ = ::fork();
    if (pid_ < 0) FAIL("no process");
    if (pid_ == 0) {
      ::close(ends[0]);
      WriteForEver(folder, round, ends[1]);
    }
    ::close(ends[1]);
    told_ = ends[0];
  }
  ~WritingProcess() {
    if (pid_ > 0) Kill();
    ::close(told_);
  }

  // Waits until so many bytes were told.
  void AwaitBytes(std::size_t bytes) {
    while (text_.size() < bytes && ReadSome()) {
    }
  }

  void Kill() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &exit_status_, 0);
    pid_ = -1;
    while (ReadSome()) {
    }
  }
  bool WasKilled() const { return WIFSIGNALED(exit_status_) && WTERMSIG(exit_status_) == SIGKILL; }

  std::map<std::string, std::int64_t> Acknowledged() const {
    std::map<std::string, std::int64_t> acknowledged;
    std::istringstream lines(text_);
    std::string id;
    std::int64_t sequence = 0;
    while (lines >> id >> sequence) acknowledged.emplace(id, sequence);
    return acknowledged;
  }

 private:
  // Never returns: it runs in the child.
  [[noreturn]] static void WriteForEver(SqliteFolder& folder, int round, int tell) {
    auto opened = OpenSqliteDatabase(folder.Options());
    if (!opened) ::_exit(1);
    std::vector<std::thread> threads;
    for (int writer = 0; writer < kWriters; ++writer) {
      threads.emplace_back([&, writer] {
        for (int i = 0;; ++i) {
          const std::string id =
              std::to_string(round) + "-" + std::to_string(writer) + "-" + std::to_string(i);
          const auto written = PutThing(**opened, id, std::string(1'500, 'x'));
          if (!written) ::_exit(2);
          const std::string line = id + " " + std::to_string(written->sequence) + "\n";
          // A short line goes into a pipe whole.
          if (::write(tell, line.data(), line.size()) < 0) ::_exit(3);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    ::_exit(0);
  }

  bool ReadSome() {
    std::array<char, 4'096> buffer{};
    const ssize_t got = ::read(told_, buffer.data(), buffer.size());
    if (got <= 0) return false;
    text_.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  }

  pid_t pid_ = -1;
  int told_ = -1;
  int exit_status_ = 0;
  std::string text_;
};

TEST_CASE("kill -9 under 8 writers loses nothing that was answered and leaves nothing half") {
  SqliteFolder folder;
  std::map<std::string, std::int64_t> promised;
  for (int round = 0; round < kRounds; ++round) {
    WritingProcess process(folder, round);
    process.AwaitBytes(2'000 + static_cast<std::size_t>(folder.random.Below(6'000)));
    process.Kill();
    REQUIRE(process.WasKilled());
    const auto acknowledged = process.Acknowledged();
    REQUIRE(acknowledged.size() > 100);
    promised.insert(acknowledged.begin(), acknowledged.end());

    const auto db = folder.Open();
    std::set<std::string> rows;
    REQUIRE(db->Read([&](Reader& reader) {
      return reader.Query("SELECT id FROM things", {},
                          [&](const Row& row) { return rows.insert(row.String(0)).second; });
    }));
    std::map<std::string, std::int64_t> events;
    std::int64_t last = 0;
    while (true) {
      const auto page = db->EventsAfter(last, 1'000).value();
      if (page.empty()) break;
      for (const StoredEvent& stored : page) {
        REQUIRE(stored.sequence == ++last);
        REQUIRE(events.emplace(stored.event.subject, stored.sequence).second);
      }
    }
    // Each row has its event and each event its row: nothing half.
    REQUIRE(rows.size() == events.size());
    for (const std::string& id : rows) REQUIRE(events.contains(id));
    // And everything that was answered is there, at the place that was answered.
    for (const auto& [id, sequence] : promised) {
      REQUIRE(events.contains(id));
      REQUIRE(events.at(id) == sequence);
    }
  }
  auto connection = sqlite::Connection::Open(folder.Path(), sqlite::Connection::Mode::kReadWrite);
  REQUIRE(connection);
  CHECK((*connection)->Value("PRAGMA integrity_check").value() == "ok");
}

}  // namespace
}  // namespace heirloom
