#include "appliance/wiring/config.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

using Catch::Contains;

Setting Set(std::string key, std::string value) {
  return {std::move(key), {std::move(value)}, "a test"};
}

// With a data directory, which has no default.
Result<Config> Make(std::vector<Setting> settings) {
  settings.push_back(Set("data_dir", "/srv/heirloom"));
  return MakeConfig(settings);
}

// What is wrong with one key when it has this value; empty when nothing is.
std::string ProblemWith(const std::string& key, const std::string& value) {
  const Result<Config> config = Make({Set(key, value)});
  if (config) return "";
  REQUIRE(config.error().fields.size() == 1);
  CHECK(config.error().fields.front().pointer == key);
  CHECK_THAT(config.error().fields.front().message, Contains("a test"));
  return config.error().fields.front().message;
}

TEST_CASE("a configuration that says only where the data is has sound defaults", "[config]") {
  const Result<Config> config = Make({});
  REQUIRE(config);
  CHECK(config->data_dir == "/srv/heirloom");
  CHECK(config->storage.sqlite_file == "/srv/heirloom/heirloom.db");
  CHECK(config->index.xapian_folder == "/srv/heirloom/index");
  CHECK(config->http.host == "127.0.0.1");
  CHECK(config->http.port == 8080);
  CHECK(config->http.trusted_proxies.empty());
  CHECK(config->http.metrics_allow == std::vector<std::string>{"127.0.0.1/32", "::1/128"});
  CHECK(config->http.web_root.filename() == "webui");
  CHECK(config->log.level == LogLevel::kInfo);
  CHECK_FALSE(config->log.format);
}

TEST_CASE("search may lie in OpenSearch, with who asks beside the address", "[config]") {
  const auto config =
      Make({Set("index.search", "opensearch+https://search.example:9200/family"),
            Set("index.search_user", "heirloom"), Set("index.search_password", "secret")});
  REQUIRE(config);
  REQUIRE(config->index.opensearch);
  CHECK(config->index.opensearch->url == "https://search.example:9200");
  CHECK(config->index.opensearch->prefix == "family");
  CHECK(config->index.opensearch->password.Value() == "secret");
  const auto plain = Make({Set("index.search", "opensearch://127.0.0.1:9200")});
  REQUIRE(plain);
  CHECK(plain->index.opensearch->url == "http://127.0.0.1:9200");
  CHECK(plain->index.opensearch->prefix == "heirloom");
  for (const char* url : {"opensearch://", "opensearch://a:b@host", "opensearch://host/Upper",
                          "opensearch://host/a/b", "opensearch://host/x?y", "solr://host"}) {
    CAPTURE(url);
    const std::string problem = ProblemWith("index.search", url);
    CHECK_FALSE(problem.empty());
    CHECK(problem.find("a:b") == std::string::npos);
  }
  CHECK_FALSE(
      Make({Set("index.search", "opensearch://host"), Set("index.search_user", "heirloom")}));
  CHECK_FALSE(Make({Set("index.search_user", "heirloom")}));
}

TEST_CASE("OpenSearch at Amazon is asked by a signature, and then by nothing else", "[config]") {
  std::vector<Setting> settings = {Set("index.search", "opensearch+https://search.example/x"),
                                   Set("index.search_signing", "aws")};
  const auto problems = [&] {
    const auto config = Make(settings);
    std::string text;
    if (config) return text;
    for (const FieldError& error : config.error().fields) {
      text += error.pointer + " " + error.message + "\n";
    }
    return text;
  };
  CHECK_THAT(problems(), Contains("index.search_region is not set") &&
                             Contains("index.search_access_key_id and"));
  settings.push_back(Set("index.search_region", "eu-central-1"));
  settings.push_back(Set("index.search_credentials", "container"));
  const auto config = Make(settings);
  REQUIRE(config);
  REQUIRE(config->index.opensearch);
  REQUIRE(config->index.opensearch->aws);
  CHECK(config->index.opensearch->aws->region == "eu-central-1");
  CHECK(config->index.opensearch->aws->keys.source == AwsKeys::Source::kContainer);
  settings.push_back(Set("index.search_token", "token"));
  CHECK_THAT(problems(), Contains("index.search_signing shows who asks"));
  settings = {settings[0], settings[2]};
  CHECK_THAT(problems(), Contains("index.search_region is for index.search_signing = \"aws\""));
}

TEST_CASE("without a data directory there is no configuration", "[config]") {
  const Result<Config> config = MakeConfig({});
  REQUIRE_FALSE(config);
  CHECK(config.error().fields.front().pointer == "data_dir");
  CHECK_THAT(config.error().fields.front().message, Contains("--data-dir"));
}

TEST_CASE("a relative data directory is taken from where the program runs", "[config]") {
  const Result<Config> config = MakeConfig({Set("data_dir", "some/where/")});
  REQUIRE(config);
  CHECK(config->data_dir == std::filesystem::current_path() / "some/where");
}

TEST_CASE("everything that is wrong is said at once", "[config]") {
  const Result<Config> config =
      MakeConfig({Set("storage.database", "mysql:x"), Set("index.search", "elastic://x"),
                  Set("http.listen", "nowhere"), Set("http.metrics_allow", "lan"),
                  Set("log.level", "loud"), Set("log.formt", "text")});
  REQUIRE_FALSE(config);
  std::vector<std::string> keys;
  for (const FieldError& error : config.error().fields) keys.push_back(error.pointer);
  std::sort(keys.begin(), keys.end());
  CHECK(keys == std::vector<std::string>{"data_dir", "http.listen", "http.metrics_allow",
                                         "index.search", "log.formt", "log.level",
                                         "storage.database"});
}

TEST_CASE("an adapter that this build lacks is refused, with what to use instead", "[config]") {
  const auto [key, url, scheme, instead] =
      GENERATE(table<std::string, std::string, std::string, std::string>({
          {"storage.database", "mysql://db/heirloom", "mysql", "or postgresql://"},
          {"storage.database", "SQLite:heirloom.db", "SQLite", "use sqlite:"},
          {"index.search", "elastic://search:9200", "elastic", "use embedded:"},
      }));
  CHECK_THAT(ProblemWith(key, url),
             Contains("this build has no adapter for " + scheme) && Contains(instead));
}

TEST_CASE("PostgreSQL is named by an address without its password", "[config]") {
  const auto config = Make({Set("storage.database", "postgresql://heirloom@db/heirloom"),
                            Set("storage.database_password", "secret")});
  REQUIRE(config->storage.postgres);
  CHECK(config->storage.postgres->url == "postgresql://heirloom@db/heirloom");
  CHECK(config->storage.postgres->password.Value() == "secret");
  CHECK(config->storage.sqlite_file.empty());
  for (const char* url : {"postgresql://heirloom:secret@db/heirloom",
                          "postgresql://db/heirloom?user=heirloom&password=secret"}) {
    CHECK_THAT(ProblemWith("storage.database", url), Contains("storage.database_password_file"));
  }
}

TEST_CASE("what is PostgreSQL's alone is refused beside another database", "[config]") {
  CHECK_THAT(ProblemWith("storage.database_ca_file", "/etc/ssl/ca.pem"),
             Contains("is for PostgreSQL"));
}

TEST_CASE("a server embeds texts when its model and its address are named", "[config]") {
  const auto config =
      Make({Set("index.embedder", "litellm:text-embedding-3-small"),
            Set("index.embedder_url", "https://llm.example:4000"),
            Set("index.embedder_key", "sk-secret"), Set("index.embedder_max_tokens", "8192")});
  REQUIRE(config);
  CHECK(config->index.embedder == Config::Index::EmbedderKind::kLiteLlm);
  CHECK(config->index.litellm.model == "text-embedding-3-small");
  CHECK(config->index.litellm.url == "https://llm.example:4000");
  CHECK(config->index.litellm.key.Value() == "sk-secret");
  CHECK(config->index.litellm.max_tokens == 8192);
  const auto nowhere = Make({Set("index.embedder", "litellm:model")});
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().fields.front().pointer == "index.embedder_url");
  CHECK_THAT(ProblemWith("index.embedder", "litellm:"), Contains("use builtin:minilm"));
  CHECK_THAT(ProblemWith("index.embedder_url", "http://llm:4000"),
             Contains("is for litellm:MODEL"));
}

TEST_CASE("blobs lie in a folder, or in a bucket that says whose keys open it", "[config]") {
  const Result<Config> files = Make({});
  REQUIRE(files);
  CHECK(files->storage.blobs_folder == "/srv/heirloom/blobs");
  CHECK_FALSE(files->storage.bucket);
  const Setting bucket = Set("storage.blobs", "s3://photos?region=eu-central-1");
  const Result<Config> keys = Make({bucket, Set("storage.blobs_access_key_id", "AKID"),
                                    Set("storage.blobs_secret_access_key", "secret")});
  REQUIRE(keys);
  REQUIRE(keys->storage.bucket);
  CHECK(keys->storage.bucket->keys.secret_access_key.Value() == "secret");
  const Result<Config> role = Make({bucket, Set("storage.blobs_credentials", "web-identity")});
  REQUIRE(role);
  CHECK(role->storage.bucket->keys.source == AwsKeys::Source::kWebIdentity);
  CHECK_FALSE(Make({bucket}));
  CHECK_FALSE(Make({bucket, Set("storage.blobs_credentials", "file")}));
  CHECK_THAT(ProblemWith("storage.blobs_access_key_id", "AKID"), Contains("storage.blobs is none"));
  CHECK_THAT(ProblemWith("storage.blobs", "ftp:photos"), Contains("s3://BUCKET"));
}

TEST_CASE("what is embedded stays inside the data directory", "[config]") {
  CHECK(Make({Set("storage.database", "sqlite:family.db")})->storage.sqlite_file ==
        "/srv/heirloom/family.db");
  const std::string url =
      GENERATE(as<std::string>(), "sqlite:/etc/heirloom.db", "sqlite:../heirloom.db",
               "sqlite:", "sqlite:a/../../b.db", "sqlite:.", "sqlite:..", "sqlite:folder/");
  CAPTURE(url);
  CHECK_THAT(ProblemWith("storage.database", url), Contains("inside the data directory"));
}

TEST_CASE("an address that names no adapter is refused", "[config]") {
  CHECK_THAT(ProblemWith("storage.database", "heirloom.db"), Contains("names no adapter"));
}

TEST_CASE("addresses to listen on are read in their usual spellings", "[config]") {
  const auto [text, host, port] = GENERATE(table<std::string, std::string, int>({
      {"127.0.0.1:0", "127.0.0.1", 0},
      {"127.8.0.1:65535", "127.8.0.1", 65535},
      {"[::1]:8080", "::1", 8080},
      {"localhost:80", "127.0.0.1", 80},
  }));
  const Result<Config> config = Make({Set("http.listen", text)});
  REQUIRE(config);
  CHECK(config->http.host == host);
  CHECK(config->http.port == port);
}

TEST_CASE("what is no address and port is refused", "[config]") {
  const std::string text =
      GENERATE(as<std::string>(), "", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
               "127.0.0.1:-1", "127.0.0.1: 80", "127.0.0.1:80x", "::1:8080", "[127.0.0.1]:80",
               "[]:80", "example.org:80", "127.0.0.1:99999999999999999999");
  CAPTURE(text);
  CHECK_THAT(ProblemWith("http.listen", text), Contains("127.0.0.1:8080"));
}

TEST_CASE("listening beyond this machine needs a proxy that is named", "[config]") {
  const std::string open = GENERATE(as<std::string>(), "0.0.0.0:8080", "[::]:8080",
                                    "192.168.1.4:80", "[2001:db8::1]:80");
  CAPTURE(open);
  CHECK_THAT(ProblemWith("http.listen", open), Contains("http.trusted_proxies"));
  const Result<Config> behind_proxy =
      Make({Set("http.listen", open), Set("http.trusted_proxies", "10.0.0.0/8")});
  CHECK(behind_proxy);
}

TEST_CASE("networks must be networks", "[config]") {
  const std::string key = GENERATE(as<std::string>(), "http.trusted_proxies", "http.metrics_allow");
  CHECK(ProblemWith(key, "10.0.0.0/8").empty());
  CHECK(ProblemWith(key, "::1").empty());
  const std::string text = GENERATE(as<std::string>(), "10.0.0.0/33", "proxy", "10.0.0/8", "/8");
  CAPTURE(text);
  CHECK_THAT(ProblemWith(key, text), Contains("is no network"));
}

TEST_CASE("choices name what there is to choose from", "[config]") {
  CHECK_THAT(ProblemWith("log.level", "loud"), Contains("debug, info, warn, error"));
  CHECK_THAT(ProblemWith("log.format", "xml"), Contains("auto, text, json"));
  const Result<Config> config = Make({Set("log.level", "debug"), Set("log.format", "json")});
  REQUIRE(config);
  CHECK(config->log.level == LogLevel::kDebug);
  CHECK(config->log.format == LogFormat::kJson);
}

TEST_CASE("a key that is not known comes with the one that was probably meant", "[config]") {
  CHECK(UnknownKey("http.lisen") == "is not known; did you mean http.listen?");
  CHECK(UnknownKey("storage.databse") == "is not known; did you mean storage.database?");
  CHECK(UnknownKey("trusted_proxies") == "is not known; did you mean http.trusted_proxies?");
  CHECK(UnknownKey("assistant.model.temperature") == "is not known");
}

TEST_CASE("the public address is scheme, host and port alone", "[config]") {
  const auto [text, url] = GENERATE(table<std::string, std::string>({
      {"https://stories.example.org", "https://stories.example.org"},
      {"https://Stories.Example.org/", "https://stories.example.org"},
      {"https://stories.example.org:443", "https://stories.example.org"},
      {"http://192.168.1.4:8080", "http://192.168.1.4:8080"},
      {"http://[2001:db8::1]", "http://[2001:db8::1]"},
  }));
  const Result<Config> config = Make({Set("http.public_url", text)});
  REQUIRE(config);
  CHECK(config->http.public_url == url);
}

TEST_CASE("a public address with more to it is refused", "[config]") {
  const std::string text =
      GENERATE(as<std::string>(), "stories.example.org", "ftp://example.org", "https://",
               "https://example.org/stories", "https://example.org/?a", "https://example.org#a",
               "https://ada:secret@example.org");
  CAPTURE(text);
  CHECK_THAT(ProblemWith("http.public_url", text), Contains("https://stories.example.org"));
}

TEST_CASE("a secret stands in its key or in a file, not in both", "[config]") {
  const testing::TempFolder folder;
  testing::WriteFile(folder / "token", "0123456789abcdef\n");
  CHECK_FALSE(Make({})->http.metrics_token.IsSet());
  CHECK(Make({Set("http.metrics_token", "fedcba9876543210")})->http.metrics_token.Value() ==
        "fedcba9876543210");
  const Setting file = Set("http.metrics_token_file", folder / "token");
  CHECK(Make({file})->http.metrics_token.Value() == "0123456789abcdef");
  const auto both = Make({Set("http.metrics_token", "fedcba9876543210"), file});
  REQUIRE_FALSE(both);
  CHECK_THAT(both.error().message, Contains("keep one of them"));
}

TEST_CASE("a secret that is too easy, or not there, is refused without being repeated",
          "[config]") {
  CHECK_THAT(ProblemWith("http.metrics_token", "swordfish"),
             Contains("less than 16") && !Contains("swordfish"));
  CHECK_THAT(ProblemWith("http.metrics_token_file", "/nonexistent/token"),
             Contains("/nonexistent/token cannot be opened"));
}

TEST_CASE("for every secret there is a key that names its file", "[config]") {
  const auto keys = ConfigKeys();
  int secrets = 0;
  for (const ConfigKey& key : keys) {
    if (!key.IsSecret()) continue;
    ++secrets;
    const std::string file = std::string(key.name) + "_file";
    CHECK(std::any_of(keys.begin(), keys.end(), [&](const auto& it) { return it.name == file; }));
    CHECK(key.otherwise.empty());
  }
  CHECK(secrets > 0);
}

TEST_CASE("what holds is said with where it comes from", "[config]") {
  const auto effective =
      WithDefaults({Set("http.metrics_allow", "::1"), Set("data_dir", "/srv/heirloom")});
  const auto value = [&](const std::string& key) {
    for (const Setting& setting : effective) {
      if (setting.key == key) return setting.values.front() + " by " + setting.source;
    }
    return std::string("nothing");
  };
  CHECK(value("data_dir") == "/srv/heirloom by a test");
  CHECK(value("http.metrics_allow") == "::1 by a test");
  CHECK(value("http.listen") == "127.0.0.1:8080 by default");
  CHECK_THAT(value("http.web_root"), Contains("webui by default"));
  CHECK(value("http.metrics_token") == "nothing");
}

TEST_CASE("a process has all roles unless it is told which", "[config]") {
  CHECK(Make({})->roles.AreAll());
  CHECK(Make({})->roles.Has(ServeRole::kWeb));
  CHECK_THAT(ProblemWith("serve.roles", "relai"),
             Contains("'relai' is no role; the roles are web, relay, indexer, media, assistant, "
                      "scheduler"));
}

TEST_CASE("roles are split only where nothing is embedded", "[config]") {
  const Result<Config> refused = Make({Set("serve.roles", "web")});
  REQUIRE_FALSE(refused);
  std::vector<std::string> keys;
  for (const FieldError& error : refused.error().fields) keys.push_back(error.pointer);
  CHECK(keys == std::vector<std::string>{"storage.database", "storage.graph", "storage.blobs",
                                         "storage.events", "index.search"});

  std::vector<Setting> cluster = {
      {"serve.roles", {"relay", "scheduler"}, "a test"},
      Set("storage.database", "postgresql://heirloom@db.example/heirloom"),
      Set("storage.database_password", "secret"),
      Set("storage.graph", "neo4j+https://graph.example:7473/heirloom"),
      Set("storage.graph_user", "heirloom"),
      Set("storage.graph_password", "secret"),
      Set("storage.blobs", "s3://heirloom?region=eu-central-1"),
      Set("storage.blobs_access_key_id", "heirloom"),
      Set("storage.blobs_secret_access_key", "secret"),
      Set("storage.events", "sns+sqs://heirloom?region=eu-central-1"),
      Set("storage.events_consumers", "follower"),
      Set("storage.events_access_key_id", "heirloom"),
      Set("storage.events_secret_access_key", "secret"),
      Set("index.search", "opensearch+https://search.example:9200")};
  const Result<Config> split = Make(cluster);
  REQUIRE(split);
  CHECK(split->roles.Names() == "relay, scheduler");
  CHECK_FALSE(split->roles.Has(ServeRole::kWeb));
  CHECK_FALSE(split->roles.AreAll());
  cluster.pop_back();
  CHECK(Make(cluster).error().fields.front().pointer == "index.search");
}

TEST_CASE("limits are numbers, and 0 is none", "[config]") {
  const auto with = [](const std::string& value) {
    return MakeConfig(
        {{"data_dir", {"/data"}, "a test"}, {"limits.writes_per_minute", {value}, "a test"}});
  };
  CHECK(with("0")->limits.writes_per_minute == 0);
  CHECK(with("120")->limits.writes_per_minute == 120);
  CHECK(with("120")->limits.searches_per_minute == 30'000);
  for (const char* wrong : {"-1", "many", "1.5", "", "10000000000", "1 "}) {
    CAPTURE(wrong);
    REQUIRE_FALSE(with(wrong));
    CHECK(with(wrong).error().fields.front().pointer == "limits.writes_per_minute");
  }
}

TEST_CASE("every key is documented in order, with what holds when nobody sets it", "[config]") {
  const std::string docs =
      testing::ReadFile(std::string(HEIRLOOM_SOURCE_DIR) + "/appliance/docs/configuration.md");
  std::size_t last = 0;
  for (const ConfigKey& key : ConfigKeys()) {
    CAPTURE(std::string(key.name));
    // Keys that belong together share a row.
    const std::string name = "`" + std::string(key.name) + "`";
    std::size_t row = docs.find("\n| " + name);
    if (row == std::string::npos) row = docs.find("`, " + name);
    REQUIRE(row != std::string::npos);
    row = docs.rfind("\n|", row) + 1;
    CHECK(row >= last);
    last = row;
    const std::string line = docs.substr(row, docs.find('\n', row) - row);
    for (const std::string& part : SplitCommas(key.otherwise)) {
      const std::string quote = key.IsNumber() ? "`" : "\"";
      CHECK_THAT(line, Contains(quote + part + quote));
    }
  }
}

}  // namespace
}  // namespace heirloom
