#include "appliance/wiring/config_reader.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using Catch::Contains;
using testing::TempFolder;
using testing::WriteFile;

// All that is wrong, a line each: "key: what".
std::string ProblemsOf(const Result<Config>& config) {
  REQUIRE_FALSE(config);
  std::string all;
  for (const FieldError& error : config.error().fields) {
    all += error.pointer + ": " + error.message + "\n";
  }
  return all;
}

class FileFixture {
 protected:
  ConfigSources With(const std::string& toml) {
    WriteFile(folder_ / "heirloom.toml", toml);
    ConfigSources sources;
    sources.file = folder_ / "heirloom.toml";
    return sources;
  }
  Result<Config> Read(const std::string& toml) { return ReadConfig(With(toml)); }

  TempFolder folder_;
};

TEST_CASE_METHOD(FileFixture, "the file says everything", "[config]") {
  const Result<Config> config = Read(R"(
data_dir = "/srv/heirloom"
[storage]
database = "sqlite:family.db"
[index]
search = "embedded:words"
[http]
listen = "0.0.0.0:9000"
trusted_proxies = ["10.0.0.0/8", "192.168.0.1"]
metrics_allow = []
web_root = "/usr/share/pages"
[limits]
writes_per_minute = 120
[log]
level = "warn"
format = "text"
)");
  REQUIRE(config);
  CHECK(config->storage.sqlite_file == "/srv/heirloom/family.db");
  CHECK(config->index.xapian_folder == "/srv/heirloom/words");
  CHECK(config->http.host == "0.0.0.0");
  CHECK(config->http.port == 9000);
  CHECK(config->http.trusted_proxies == std::vector<std::string>{"10.0.0.0/8", "192.168.0.1"});
  CHECK(config->http.metrics_allow.empty());
  CHECK(config->http.web_root == "/usr/share/pages");
  CHECK(config->limits.writes_per_minute == 120);
  CHECK(config->log.level == LogLevel::kWarn);
  CHECK(config->log.format == LogFormat::kText);
}

TEST_CASE_METHOD(FileFixture, "flags beat the environment, which beats the file", "[config]") {
  ConfigSources sources = With(R"(
data_dir = "/from/file"
[http]
listen = "127.0.0.1:1"
[log]
level = "debug"
)");
  CHECK(ReadConfig(sources)->http.port == 1);
  sources.environment = {{"HEIRLOOM_HTTP_LISTEN", "127.0.0.1:2"},
                         {"HEIRLOOM_DATA_DIR", "/from/env"}};
  CHECK(ReadConfig(sources)->http.port == 2);
  CHECK(ReadConfig(sources)->data_dir == "/from/env");
  sources.flags = {{"http.listen", "127.0.0.1:3"}};
  const Result<Config> config = ReadConfig(sources);
  REQUIRE(config);
  CHECK(config->http.port == 3);
  CHECK(config->data_dir == "/from/env");
  CHECK(config->log.level == LogLevel::kDebug);
}

TEST_CASE("a list in the environment is parted by commas", "[config]") {
  ConfigSources sources;
  sources.environment = {{"HEIRLOOM_DATA_DIR", "/srv"},
                         {"HEIRLOOM_HTTP_TRUSTED_PROXIES", "10.0.0.0/8, ::1 ,"}};
  CHECK(ReadConfig(sources)->http.trusted_proxies == std::vector<std::string>{"10.0.0.0/8", "::1"});
}

TEST_CASE("a variable that is none of ours is let be, a slip is not", "[config]") {
  ConfigSources sources;
  sources.environment = {{"HEIRLOOM_DATA_DIR", "/srv"}, {"HEIRLOOM_TOKEN", "x"}};
  CHECK(ReadConfig(sources));
  sources.environment["HEIRLOOM_HTTP_LISTN"] = "127.0.0.1:1";
  CHECK_THAT(ProblemsOf(ReadConfig(sources)),
             Contains("HEIRLOOM_HTTP_LISTN: is not known; did you mean http.listen?"));
}

TEST_CASE_METHOD(FileFixture, "what is wrong in the file is named with its line, all of it",
                 "[config]") {
  const std::string problems = ProblemsOf(Read(R"(data_dir = "/srv"
colour = "red"
[http]
listen = 8080
trusted_proxies = "10.0.0.0/8"
metrics_allow = [1]
lisen = "127.0.0.1:80"
[stroage]
database = "sqlite:x.db"
[limits]
writes_per_minute = "120"
[log]
level = "loud"
)"));
  CHECK_THAT(problems, Contains("colour: is not known (heirloom.toml, line 2)"));
  CHECK_THAT(problems, Contains("http.listen: must be a text in quotes"));
  CHECK_THAT(problems, Contains("http.trusted_proxies: must be a list of texts"));
  CHECK_THAT(problems, Contains("http.metrics_allow: must be a list of texts"));
  CHECK_THAT(problems, Contains("http.lisen: is not known; did you mean http.listen?"));
  CHECK_THAT(problems, Contains("stroage: is not known"));
  CHECK_THAT(problems, Contains("log.level: 'loud' is none of") && Contains("line 13)"));
  CHECK_THAT(problems, Contains("limits.writes_per_minute: must be a number without quotes"));
}

TEST_CASE_METHOD(FileFixture, "what is no TOML is refused with its line", "[config]") {
  CHECK_THAT(ProblemsOf(Read("data_dir = \"/srv\"\n[http\n")), Contains("heirloom.toml, line 2"));
}

TEST_CASE("a file that is not there is refused", "[config]") {
  ConfigSources sources;
  sources.file = "/nonexistent/heirloom.toml";
  sources.flags = {{"data_dir", "/srv"}};
  CHECK_THAT(ProblemsOf(ReadConfig(sources)),
             Contains("/nonexistent/heirloom.toml cannot be read"));
}

TEST_CASE("only our variables are taken from the environment", "[config]") {
  ::setenv("HEIRLOOM_LOG_LEVEL", "warn", 1);
  ::setenv("SOMEBODY_ELSES", "x", 1);
  const auto found = ReadEnvironment();
  CHECK(found.at("HEIRLOOM_LOG_LEVEL") == "warn");
  CHECK(found.count("SOMEBODY_ELSES") == 0);
  ::unsetenv("HEIRLOOM_LOG_LEVEL");
}

}  // namespace
}  // namespace heirloom
