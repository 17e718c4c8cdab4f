#include "appliance/base/log.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "appliance/base/json.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

// What `work` writes to stderr, line by line.
std::vector<std::string> LinesOf(const std::function<void()>& work) {
  const testing::TempFolder folder;
  const std::string path = (folder / "stderr").string();
  std::fflush(stderr);
  const int saved = dup(STDERR_FILENO);
  std::FILE* const file = std::fopen(path.c_str(), "w");
  REQUIRE(file != nullptr);
  dup2(fileno(file), STDERR_FILENO);
  work();
  std::fflush(stderr);
  dup2(saved, STDERR_FILENO);
  std::fclose(file);
  close(saved);

  std::istringstream text(testing::ReadFile(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("a JSON log is one object a line", "[base][log]") {
  InitLog(LogLevel::kInfo, LogFormat::kJson);
  const auto lines = LinesOf([] {
    LogInfo("started", {{"port", "8080"}, {"note", "two\nlines and \"quotes\""}});
    LogError("{} is no format", {});
  });
  REQUIRE(lines.size() == 2);
  const Json first = Json::Parse(lines[0]).value();
  CHECK(first.Get("level").AsString() == "info");
  CHECK(first.Get("message").AsString() == "started");
  CHECK(first.Get("port").AsString() == "8080");
  CHECK(first.Get("note").AsString() == "two\nlines and \"quotes\"");
  CHECK(std::regex_match(std::string(first.Get("time").AsString()),
                         std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)")));
  CHECK(Json::Parse(lines[1])->Get("message").AsString() == "{} is no format");
}

TEST_CASE("a text log is one line an entry, whatever a value holds", "[base][log]") {
  InitLog(LogLevel::kDebug, LogFormat::kText);
  const auto lines = LinesOf([] {
    LogWarn("slow", {{"path", "/a"}, {"why", "two\nlines"}, {"said", "a b"}, {"empty", ""}});
    LogInfo("forged\n2026-01-01T00:00:00.000000Z info all is well");
  });
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].substr(28) == R"(warn slow path=/a why="two\nlines" said="a b" empty="")");
  CHECK(lines[1].find("\\n2026-01-01") != std::string::npos);
}

TEST_CASE("entries below the least level are not written", "[base][log]") {
  InitLog(LogLevel::kWarn, LogFormat::kJson);
  const auto lines = LinesOf([] {
    Log(LogLevel::kDebug, "no");
    LogInfo("no");
    LogWarn("yes");
    LogError("yes");
  });
  CHECK(lines.size() == 2);
}

TEST_CASE("threads do not write into each other's lines", "[base][log]") {
  InitLog(LogLevel::kInfo, LogFormat::kJson);
  const auto lines = LinesOf([] {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([] {
        for (int i = 0; i < 100; ++i) LogInfo("entry", {{"pad", std::string(200, 'x')}});
      });
    }
  });
  CHECK(lines.size() == 400);
  for (const std::string& line : lines) CHECK(Json::Parse(line));
}

}  // namespace heirloom
