#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include "appliance/operations/control_server.h"
#include "appliance/operations/control_socket.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using namespace std::chrono_literals;
using testing::TempFolder;

ControlDeadline Soon() { return std::chrono::steady_clock::now() + 30s; }

ControlServer::Options Patient(std::chrono::milliseconds patience = 30s) {
  return {.patience = patience, .look_each = 1ms, .repeat_each = 30s};
}

// A data directory, served, with one command that counts and one that goes on until it is released
// or called off.
class Served {
 public:
  explicit Served(const std::filesystem::path& path,
                  const ControlServer::Options& options = Patient())
      : folder_(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    commands_.Add("count", [this](const Json&, Progress&) -> Result<std::string> {
      return std::to_string(++count_);
    });
    commands_.Add("go on", [this](const Json&, Progress& progress) { return GoOn(progress); });
    server_.emplace(ControlServer::Start(folder_.get(), commands_, options).value());
  }

  // Ends the server, as the daemon does when it stops.
  void Stop() { server_.reset(); }
  void Release() { released_ = true; }
  // Whether the command that goes on was called off; waits for its end.
  bool WasCalledOff() {
    auto ended = called_off_.get_future();
    REQUIRE(ended.wait_for(30s) == std::future_status::ready);
    return ended.get();
  }

  int folder() const { return folder_.get(); }
  int count() const { return count_; }

  // What comes back for a line; empty when the connection was closed instead. As the command line
  // does, it reads whether or not the line got there: who is refused may hear of it before.
  std::string Ask(std::string_view line) const {
    auto connection = ConnectToControlSocket(folder());
    REQUIRE(connection);
    [[maybe_unused]] const Status sent = connection->WriteLine(line, Soon());
    return connection->ReadLine(Soon()).value_or("");
  }

 private:
  Result<std::string> GoOn(Progress& progress) {
    progress.Show("going on", 1, 2);
    while (!released_ && !progress.Cancelled()) std::this_thread::yield();
    called_off_.set_value(progress.Cancelled());
    return "true";
  }

  http::UniqueFd folder_;
  std::atomic<int> count_ = 0;
  std::atomic<bool> released_ = false;
  std::promise<bool> called_off_;
  Commands commands_;
  std::optional<ControlServer> server_;
};

const std::string kCount = WriteControlRequest("count", "{}");
const std::string kGoOn = WriteControlRequest("go on", "{}");
constexpr const char* kNothingYet = R"({"progress":{"what":"","done":0,"total":0}})";
constexpr const char* kGoesOn = R"({"progress":{"what":"going on","done":1,"total":2}})";

// The command that goes on, begun: its client has heard of it.
ControlConnection Begin(const Served& served) {
  auto connection = ConnectToControlSocket(served.folder());
  REQUIRE(connection);
  REQUIRE(connection->WriteLine(kGoOn, Soon()));
  CHECK(connection->ReadLine(Soon()).value_or("") == kGoesOn);
  return std::move(*connection);
}

TEST_CASE("a command goes to the daemon and its result comes back", "[control]") {
  const TempFolder folder;
  const Served served(folder.Path());
  CHECK(served.Ask(kCount) == R"({"ok":1})");
  CHECK(served.Ask(kCount) == R"({"ok":2})");
}

TEST_CASE("only its owner can reach the socket", "[control]") {
  const TempFolder folder;
  const mode_t before = ::umask(0);
  const Served served(folder.Path());
  ::umask(before);
  struct stat about {};
  REQUIRE(::stat((folder / "control.sock").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
}

TEST_CASE("another user is not heard, even one who can open the socket", "[control]") {
  if (::geteuid() != 0) {
    WARN("not run: only root can become another user");
    return;
  }
  const TempFolder folder;
  const Served served(folder.Path());
  REQUIRE(::chmod(folder.Path().c_str(), 0755) == 0);
  REQUIRE(::chmod((folder / "control.sock").c_str(), 0666) == 0);

  const pid_t child = ::fork();
  if (child == 0) {  // Exit codes: 0 nothing came back, 1 something did, 2 the test is broken.
    if (::setuid(12345) != 0) ::_exit(2);
    auto connection = ConnectToControlSocket(served.folder());
    if (!connection) ::_exit(2);
    const bool sent = connection->WriteLine(kCount, Soon()).has_value();
    ::_exit(sent && connection->ReadLine(Soon()) ? 1 : 0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(served.count() == 0);
}

TEST_CASE("a path far longer than a socket's address may be works", "[control]") {
  const TempFolder folder;
  const std::filesystem::path deep =
      folder.Path() / std::string(100, 'a') / std::string(100, 'b') / std::string(100, 'c');
  std::filesystem::create_directories(deep);
  const Served served(deep);
  CHECK(served.Ask(kCount) == R"({"ok":1})");
  CHECK(std::filesystem::is_socket(deep / "control.sock"));
}

TEST_CASE("a socket that a dead process left is replaced", "[control]") {
  const TempFolder folder;
  testing::WriteFile(folder / "control.sock", "");
  const Served served(folder.Path());
  CHECK(served.Ask(kCount) == R"({"ok":1})");
}

TEST_CASE("without a daemon connecting fails in words", "[control]") {
  const TempFolder folder;
  const http::UniqueFd opened(::open(folder.Path().c_str(), O_RDONLY | O_DIRECTORY));
  const auto connection = ConnectToControlSocket(opened.get());
  REQUIRE_FALSE(connection);
  CHECK_THAT(connection.error().message, Catch::Contains("does not answer"));
}

TEST_CASE("an endless line is given up, and the next client is served", "[control]") {
  const TempFolder folder;
  const Served served(folder.Path());
  CHECK(served.Ask(std::string(ControlConnection::kMaxLine + 5000, 'x')).empty());
  CHECK(served.Ask(kCount) == R"({"ok":1})");
}

TEST_CASE("a client that says nothing is given up, and the next one is served", "[control]") {
  const TempFolder folder;
  const Served served(folder.Path(), Patient(50ms));
  const auto silent = ConnectToControlSocket(served.folder());
  REQUIRE(silent);
  CHECK(served.Ask(kCount) == R"({"ok":1})");
}

TEST_CASE("a long command tells how far it is and keeps no other waiting", "[control]") {
  const TempFolder folder;
  Served served(folder.Path());
  ControlConnection client = Begin(served);
  CHECK(served.Ask(kCount) == R"({"ok":1})");
  served.Release();
  CHECK(client.ReadLine(Soon()).value_or("") == R"({"ok":true})");
  CHECK_FALSE(served.WasCalledOff());
}

TEST_CASE("a long command that has nothing new to say gives a sign of life", "[control]") {
  const TempFolder folder;
  ControlServer::Options options = Patient();
  options.repeat_each = 1ms;
  Served served(folder.Path(), options);
  auto client = ConnectToControlSocket(served.folder());
  REQUIRE(client);
  REQUIRE(client->WriteLine(kGoOn, Soon()));
  // Signs of life come before the command has said a word, too.
  std::string line;
  do line = client->ReadLine(Soon()).value_or("");
  while (line == kNothingYet);
  CHECK(line == kGoesOn);
  for (int i = 0; i < 3; ++i) CHECK(client->ReadLine(Soon()).value_or("") == kGoesOn);
}

TEST_CASE("a command is called off when its client goes", "[control]") {
  const TempFolder folder;
  Served served(folder.Path());
  { const ControlConnection client = Begin(served); }
  CHECK(served.WasCalledOff());
  CHECK(served.Ask(kCount) == R"({"ok":1})");
}

TEST_CASE("commands under way are called off when the daemon stops", "[control]") {
  const TempFolder folder;
  Served served(folder.Path());
  const ControlConnection client = Begin(served);
  served.Stop();
  CHECK(served.WasCalledOff());
}

TEST_CASE("one client too many is told to come back later", "[control]") {
  const TempFolder folder;
  ControlServer::Options options = Patient();
  options.at_once = 1;
  Served served(folder.Path(), options);
  ControlConnection client = Begin(served);
  const auto refused = ReadControlMessage(served.Ask(kCount));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kUnavailable);
  CHECK_THAT(refused.error().message, Catch::Contains("try again later"));
}

}  // namespace
}  // namespace heirloom
