#include "appliance/wiring/config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <set>

#include "appliance/http/forwarded.h"
#include "storage/event_bus.h"
#include "storage/remote/http_url.h"
#include "storage/s3/s3_options.h"
#include "storage/sns_sqs/address.h"

namespace heirloom {
namespace {

namespace fs = std::filesystem;

constexpr std::array kKeys = {
    ConfigKey{"data_dir", ""},
    ConfigKey{"serve.roles", "web,relay,indexer,media,assistant,scheduler", ConfigKey::Kind::kList},
    ConfigKey{"storage.database", "sqlite:heirloom.db"},
    ConfigKey{"storage.database_password", "", ConfigKey::Kind::kSecret},
    ConfigKey{"storage.database_password_file", ""},
    ConfigKey{"storage.database_ca_file", ""},
    ConfigKey{"storage.events", "local:"},
    ConfigKey{"storage.events_consumers", "", ConfigKey::Kind::kList},
    ConfigKey{"storage.events_credentials", "keys"},
    ConfigKey{"storage.events_access_key_id", ""},
    ConfigKey{"storage.events_secret_access_key", "", ConfigKey::Kind::kSecret},
    ConfigKey{"storage.events_secret_access_key_file", ""},
    ConfigKey{"storage.events_credentials_file", ""},
    ConfigKey{"storage.events_ca_file", ""},
    ConfigKey{"storage.blobs", "file:blobs"},
    ConfigKey{"storage.blobs_credentials", "keys"},
    ConfigKey{"storage.blobs_access_key_id", ""},
    ConfigKey{"storage.blobs_secret_access_key", "", ConfigKey::Kind::kSecret},
    ConfigKey{"storage.blobs_secret_access_key_file", ""},
    ConfigKey{"storage.blobs_credentials_file", ""},
    ConfigKey{"storage.blobs_ca_file", ""},
    ConfigKey{"storage.graph", "rocksdb:graph"},
    ConfigKey{"storage.graph_user", ""},
    ConfigKey{"storage.graph_password", "", ConfigKey::Kind::kSecret},
    ConfigKey{"storage.graph_password_file", ""},
    ConfigKey{"storage.graph_ca_file", ""},
    ConfigKey{"index.search", "embedded:index"},
    ConfigKey{"index.search_user", ""},
    ConfigKey{"index.search_password", "", ConfigKey::Kind::kSecret},
    ConfigKey{"index.search_password_file", ""},
    ConfigKey{"index.search_token", "", ConfigKey::Kind::kSecret},
    ConfigKey{"index.search_token_file", ""},
    ConfigKey{"index.search_ca_file", ""},
    ConfigKey{"index.embedder", "builtin:minilm"},
    ConfigKey{"index.embedder_url", ""},
    ConfigKey{"index.embedder_key", "", ConfigKey::Kind::kSecret},
    ConfigKey{"index.embedder_key_file", ""},
    ConfigKey{"index.embedder_ca_file", ""},
    ConfigKey{"index.embedder_max_tokens", "512", ConfigKey::Kind::kNumber},
    ConfigKey{"http.listen", "127.0.0.1:8080"},
    ConfigKey{"http.public_url", ""},
    ConfigKey{"http.trusted_proxies", "", ConfigKey::Kind::kList},
    ConfigKey{"http.metrics_allow", "127.0.0.1/32,::1/128", ConfigKey::Kind::kList},
    ConfigKey{"http.metrics_token", "", ConfigKey::Kind::kSecret},
    ConfigKey{"http.metrics_token_file", ""},
    ConfigKey{"http.web_root", ""},  // DefaultWebRoot().
    ConfigKey{"limits.writes_per_minute", "60000", ConfigKey::Kind::kNumber},
    ConfigKey{"limits.searches_per_minute", "30000", ConfigKey::Kind::kNumber},
    ConfigKey{"limits.exports_per_minute", "240", ConfigKey::Kind::kNumber},
    ConfigKey{"log.level", "info"},
    ConfigKey{"log.format", "auto"},
};

const ConfigKey* FindKey(std::string_view name) {
  const auto* const found = std::find_if(kKeys.begin(), kKeys.end(),
                                         [&](const ConfigKey& key) { return key.name == name; });
  return found == kKeys.end() ? nullptr : found;
}

// Reads settings by key and collects what is wrong with them.
class Checker {
 public:
  explicit Checker(const std::vector<Setting>& settings) : settings_(settings) {}

  const Setting* Find(std::string_view key) const {
    const auto it = std::find_if(settings_.begin(), settings_.end(),
                                 [&](const Setting& setting) { return setting.key == key; });
    return it == settings_.end() ? nullptr : &*it;
  }
  // Set to something of its own: what `config show` prints, defaults included, is a configuration
  // too.
  bool IsChanged(std::string_view key) const {
    const Setting* setting = Find(key);
    const ConfigKey* known = FindKey(key);
    if (!setting || !known) return setting != nullptr;
    return setting->values != (known->IsList() ? SplitCommas(known->otherwise)
                                               : std::vector{std::string(known->otherwise)});
  }
  std::string Text(std::string_view key) const {
    const Setting* setting = Find(key);
    return setting ? setting->values.front() : std::string(FindKey(key)->otherwise);
  }
  std::vector<std::string> List(std::string_view key) const {
    const Setting* setting = Find(key);
    return setting ? setting->values : SplitCommas(FindKey(key)->otherwise);
  }
  void Add(std::string_view key, std::string problem) {
    const Setting* setting = Find(key);
    if (setting) problem += " (set by " + setting->source + ")";
    errors_.push_back({std::string(key), std::move(problem)});
  }
  std::vector<FieldError> TakeErrors() { return std::move(errors_); }

 private:
  const std::vector<Setting>& settings_;
  std::vector<FieldError> errors_;
};

// The number of single-letter edits between two names.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

fs::path Absolute(const fs::path& path) {
  std::error_code failed;
  const fs::path absolute = fs::absolute(path, failed);
  return (failed ? path : absolute).lexically_normal();
}

fs::path ReadDataDir(Checker& check) {
  const std::string text = check.Text("data_dir");
  if (text.empty()) {
    check.Add("data_dir",
              "is not set; say where your data is to be kept, with --data-dir DIR, "
              "HEIRLOOM_DATA_DIR or in the file");
    return {};
  }
  // Without the slash at its end, which would make an empty last name.
  const fs::path path = Absolute(text);
  return path.has_filename() ? path : path.parent_path();
}

// What is embedded lies inside the data directory: its lock and its backup cover nothing else.
// `or_else` names what else there is, for who wrote something that there is not.
fs::path ReadEmbedded(Checker& check, std::string_view key, std::string_view scheme,
                      const fs::path& data_dir, std::string_view or_else = "") {
  const std::string url = check.Text(key);
  const std::string use = "use " + std::string(scheme) + ":NAME" + std::string(or_else);
  const std::size_t colon = url.find(':');
  if (colon == std::string::npos) {
    check.Add(key, "'" + url + "' names no adapter; " + use);
    return {};
  }
  if (url.substr(0, colon) != scheme) {
    check.Add(key, "this build has no adapter for " + url.substr(0, colon) + "; " + use);
    return {};
  }
  const fs::path path = fs::path(url.substr(colon + 1)).lexically_normal();
  const bool outside = path.is_absolute() || (!path.empty() && *path.begin() == "..");
  if (path.empty() || path == "." || outside || !path.has_filename()) {
    check.Add(key, "'" + url + "' is no place inside the data directory; use " +
                       std::string(FindKey(key)->otherwise));
    return {};
  }
  return data_dir / path;
}

bool IsLoopback(const std::string& host) {
  return http::TrustedProxies::Parse({"127.0.0.0/8", "::1"})->Contains(*http::ParseIp(host));
}

void ReadListen(Checker& check, Config::Http& http) {
  static constexpr std::string_view kKey = "http.listen";
  static constexpr std::string_view kForm = "; write it like 127.0.0.1:8080 or [::1]:8080";
  const std::string text = check.Text(kKey);
  const std::size_t colon = text.rfind(':');
  std::string host = text.substr(0, colon);
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";

  unsigned number = 0;
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), number);
  const bool port_is_good =
      !port.empty() && failed == std::errc() && end == port.data() + port.size() && number <= 65535;
  const bool host_is_good =
      http::ParseIp(host) && bracketed == (host.find(':') != std::string::npos);
  if (!port_is_good || !host_is_good) {
    return check.Add(kKey, "'" + text + "' is no address and port" + std::string(kForm));
  }
  http.host = host;
  http.port = static_cast<int>(number);
  if (!IsLoopback(host) && http.trusted_proxies.empty()) {
    check.Add(kKey, "'" + text +
                        "' can be reached from other machines, and Heirloom speaks no TLS itself; "
                        "put a proxy in front and name its network in http.trusted_proxies, or "
                        "listen on 127.0.0.1");
  }
}

std::vector<std::string> ReadNetworks(Checker& check, std::string_view key) {
  const std::vector<std::string> networks = check.List(key);
  for (const std::string& network : networks) {
    const auto parsed = http::TrustedProxies::Parse({network});
    if (!parsed) check.Add(key, parsed.error().message);
  }
  return networks;
}

// Where people reach the installation: scheme, host and port alone, since links are made by adding
// a path.
std::string ReadPublicUrl(Checker& check) {
  static constexpr std::string_view kKey = "http.public_url";
  const std::string text = check.Text(kKey);
  if (text.empty()) return "";
  const Result<HttpUrl> url = HttpUrl::Parse(text);
  const bool bare = url && (url->path.empty() || url->path == "/") &&
                    text.find_first_of("?#") == std::string::npos;
  if (!bare) {
    check.Add(kKey, "must be scheme, host and port alone, like https://stories.example.org");
    return "";
  }
  const bool usual = url->port == (url->scheme == "https" ? "443" : "80");
  return url->scheme + "://" + url->host + (usual ? "" : ":" + url->port);
}

// A secret stands in its key, or in the file that <key>_file names.
Secret ReadSecret(Checker& check, const std::string& key) {
  const std::string file_key = key + "_file";
  const std::string value = check.Text(key);
  const std::string file = check.Text(file_key);
  if (!value.empty() && !file.empty()) {
    check.Add(file_key, "is set beside " + key + "; keep one of them");
    return {};
  }
  if (!value.empty()) return Secret::Literal(value);
  if (file.empty()) return {};
  Result<Secret> secret = Secret::FromFile(Absolute(file));
  if (!secret) {
    check.Add(file_key, secret.error().message);
    return {};
  }
  return std::move(*secret);
}

template <typename Value, std::size_t kCount>
Value ReadChoice(Checker& check, std::string_view key, Value otherwise,
                 const std::array<std::pair<std::string_view, Value>, kCount>& choices) {
  const Setting* setting = check.Find(key);
  if (!setting) return otherwise;
  std::string names;
  for (const auto& [name, value] : choices) {
    if (setting->values.front() == name) return value;
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  check.Add(key, "'" + setting->values.front() + "' is none of " + names);
  return otherwise;
}

// A file that must be there when it is named; empty when it is not.
fs::path ReadFileName(Checker& check, std::string_view key) {
  const std::string name = check.Text(key);
  if (name.empty()) return {};
  const fs::path path = Absolute(name);
  std::error_code failed;
  if (!fs::is_regular_file(path, failed)) check.Add(key, "is no file: " + path.string());
  return path;
}

// Keys for a service of AWS's, by the settings that begin with `prefix`; `who` needs them.
AwsKeys ReadAwsKeys(Checker& check, const std::string& prefix, const std::string& who) {
  using Source = AwsKeys::Source;
  using Choice = std::pair<std::string_view, Source>;
  AwsKeys keys;
  keys.source = ReadChoice(check, prefix + "_credentials", Source::kKeys,
                           std::array{Choice{"keys", Source::kKeys}, Choice{"file", Source::kFile},
                                      Choice{"web-identity", Source::kWebIdentity},
                                      Choice{"container", Source::kContainer}});
  keys.access_key_id = check.Text(prefix + "_access_key_id");
  keys.secret_access_key = ReadSecret(check, prefix + "_secret_access_key");
  keys.credentials_file = ReadFileName(check, prefix + "_credentials_file");
  const bool has_keys = !keys.access_key_id.empty() && keys.secret_access_key.IsSet();
  if (keys.source == Source::kKeys && !has_keys) {
    check.Add(prefix + "_access_key_id",
              "and " + prefix + "_secret_access_key_file must be set for " + who + ", or another " +
                  prefix + "_credentials: file, web-identity or container");
  }
  if ((keys.source == Source::kFile) == keys.credentials_file.empty()) {
    check.Add(prefix + "_credentials_file",
              "and " + prefix + "_credentials = \"file\" belong together");
  }
  return keys;
}

// Settings of AwsKeys that belong to an adapter that is not in use.
void CheckNoAwsKeys(Checker& check, const std::string& prefix, const std::string& problem) {
  for (const char* name : {"_credentials", "_access_key_id", "_secret_access_key",
                           "_secret_access_key_file", "_credentials_file", "_ca_file"}) {
    if (check.IsChanged(prefix + name)) check.Add(prefix + name, problem);
  }
}

bool IsPostgres(std::string_view url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

// libpq reads the rest of it. A password in it would be shown wherever the address is.
Config::Postgres ReadPostgres(Checker& check, const std::string& url) {
  static constexpr std::string_view kKey = "storage.database";
  const std::size_t begin = url.find("//") + 2;
  const std::size_t end = std::min(url.find_first_of("/?", begin), url.size());
  const std::string authority = url.substr(begin, end - begin);
  const std::size_t at = authority.rfind('@');
  const bool in_user = at != std::string::npos && authority.find(':') < at;
  if (in_user || url.find("password=") != std::string::npos) {
    check.Add(kKey,
              "holds a password, which does not belong into an address; put it into a file "
              "and name that in storage.database_password_file");
  }
  Config::Postgres postgres;
  postgres.url = url;
  postgres.password = ReadSecret(check, "storage.database_password");
  const std::string ca_file = check.Text("storage.database_ca_file");
  if (!ca_file.empty()) {
    postgres.ca_file = Absolute(ca_file);
    std::error_code failed;
    if (!fs::is_regular_file(postgres.ca_file, failed)) {
      check.Add("storage.database_ca_file", "is no file: " + postgres.ca_file.string());
    }
  }
  return postgres;
}

void ReadDatabase(Checker& check, Config& config) {
  static constexpr std::string_view kKey = "storage.database";
  const std::string url = check.Text(kKey);
  if (IsPostgres(url)) {
    config.storage.postgres = ReadPostgres(check, url);
    return;
  }
  config.storage.sqlite_file =
      ReadEmbedded(check, kKey, "sqlite", config.data_dir, " or postgresql://USER@HOST/NAME");
  for (const std::string_view key : {"storage.database_password", "storage.database_password_file",
                                     "storage.database_ca_file"}) {
    if (check.IsChanged(key)) check.Add(key, "is for PostgreSQL, and storage.database is another");
  }
}

bool IsNeo4jDatabase(std::string_view text) {
  return !text.empty() && text.size() <= 63 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == text.npos;
}

Config::Neo4j ReadNeo4j(Checker& check, const std::string& http_url) {
  static constexpr std::string_view kKey = "storage.graph";
  Config::Neo4j neo4j;
  const Result<HttpUrl> url = HttpUrl::Parse(http_url);
  neo4j.database = !url || url->path.size() <= 1 ? "neo4j" : url->path.substr(1);
  if (!url || http_url.find_first_of("?#") != std::string::npos ||
      !IsNeo4jDatabase(neo4j.database)) {
    check.Add(kKey,
              "is no address of Neo4j; write it like neo4j+https://HOST:7473/DATABASE, with who "
              "asks in storage.graph_user and storage.graph_password_file");
    return neo4j;
  }
  neo4j.url = url->scheme + "://" + url->host + ":" + url->port;
  neo4j.user = check.Text("storage.graph_user");
  neo4j.password = ReadSecret(check, "storage.graph_password");
  if (neo4j.user.empty() || !neo4j.password.IsSet()) {
    check.Add("storage.graph_user", "and storage.graph_password_file must be set for Neo4j");
  }
  const std::string ca_file = check.Text("storage.graph_ca_file");
  if (!ca_file.empty()) {
    neo4j.ca_file = Absolute(ca_file);
    std::error_code failed;
    if (!fs::is_regular_file(neo4j.ca_file, failed)) {
      check.Add("storage.graph_ca_file", "is no file: " + neo4j.ca_file.string());
    }
  }
  return neo4j;
}

void ReadGraph(Checker& check, Config& config) {
  static constexpr std::string_view kKey = "storage.graph";
  static constexpr std::string_view kScheme = "neo4j+";
  const std::string text = check.Text(kKey);
  if (text.starts_with("neo4j+http://") || text.starts_with("neo4j+https://")) {
    config.storage.neo4j = ReadNeo4j(check, text.substr(kScheme.size()));
    return;
  }
  config.storage.rocksdb_folder =
      ReadEmbedded(check, kKey, "rocksdb", config.data_dir, " or neo4j+https://HOST:PORT/DATABASE");
  for (const std::string_view key : {"storage.graph_user", "storage.graph_password",
                                     "storage.graph_password_file", "storage.graph_ca_file"}) {
    if (check.IsChanged(key)) check.Add(key, "is for Neo4j, and storage.graph is another");
  }
}

// The part of an OpenSearch address after its scheme as http or https; empty for another scheme.
std::string HttpOfOpenSearch(const std::string& url) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kSchemes = {
      {{"opensearch://", "http://"}, {"opensearch+https://", "https://"}}};
  for (const auto& [scheme, http] : kSchemes) {
    if (url.starts_with(scheme)) return std::string(http) + url.substr(scheme.size());
  }
  return "";
}

bool IsIndexPrefix(std::string_view text) {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  return !text.empty() && text.size() <= 64 && kLetters.find(text.front()) != text.npos &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == text.npos;
}

Config::OpenSearch ReadOpenSearch(Checker& check, const std::string& http_url) {
  static constexpr std::string_view kKey = "index.search";
  Config::OpenSearch search;
  const Result<HttpUrl> url = HttpUrl::Parse(http_url);
  if (!url || http_url.find_first_of("?#") != std::string::npos) {
    check.Add(kKey,
              "is no address of OpenSearch; write it like opensearch+https://HOST:9200/PREFIX, "
              "with who asks in index.search_user and index.search_password_file");
    return search;
  }
  search.url = url->scheme + "://" + url->host + ":" + url->port;
  search.prefix = url->path.size() > 1 ? url->path.substr(1) : "heirloom";
  if (!IsIndexPrefix(search.prefix)) {
    check.Add(kKey, "'" + search.prefix +
                        "' cannot begin the name of an index: up to 64 small letters, digits, "
                        "'-' and '_', a letter or digit first");
  }
  search.user = check.Text("index.search_user");
  search.password = ReadSecret(check, "index.search_password");
  if (search.user.empty() == search.password.IsSet()) {
    check.Add("index.search_user", "and index.search_password_file belong together");
  }
  search.token = ReadSecret(check, "index.search_token");
  if (search.token.IsSet() && !search.user.empty()) {
    check.Add("index.search_token", "and index.search_user exclude each other");
  }
  const std::string ca_file = check.Text("index.search_ca_file");
  if (!ca_file.empty()) {
    search.ca_file = Absolute(ca_file);
    std::error_code failed;
    if (!fs::is_regular_file(search.ca_file, failed)) {
      check.Add("index.search_ca_file", "is no file: " + search.ca_file.string());
    }
  }
  return search;
}

void ReadSearch(Checker& check, Config& config) {
  static constexpr std::string_view kKey = "index.search";
  const std::string http_url = HttpOfOpenSearch(check.Text(kKey));
  if (!http_url.empty()) {
    config.index.opensearch = ReadOpenSearch(check, http_url);
    return;
  }
  config.index.xapian_folder = ReadEmbedded(check, kKey, "embedded", config.data_dir,
                                            " or opensearch+https://HOST:PORT/PREFIX");
  for (const std::string_view key :
       {"index.search_user", "index.search_password", "index.search_password_file",
        "index.search_token", "index.search_token_file", "index.search_ca_file"}) {
    if (check.IsChanged(key)) check.Add(key, "is for OpenSearch, and index.search is another");
  }
}

void CheckNoEventService(Checker& check) {
  const std::string problem = "is for sns+sqs, and storage.events is another";
  if (check.IsChanged("storage.events_consumers")) check.Add("storage.events_consumers", problem);
  CheckNoAwsKeys(check, "storage.events", problem);
}

void ReadConsumers(Checker& check, Config::EventService& service) {
  static constexpr std::string_view kKey = "storage.events_consumers";
  service.consumers = check.List(kKey);
  if (service.consumers.empty()) {
    check.Add(kKey, "is not set; name who follows the events: each name gets a queue of its own");
  }
  std::set<std::string> seen;
  for (const std::string& name : service.consumers) {
    if (!IsConsumerName(name)) {
      check.Add(kKey, "'" + name + "' is no name for a queue: small letters, digits and -, " +
                          "a letter first, at most 32");
    } else if (!seen.insert(name).second) {
      check.Add(kKey, "'" + name + "' stands there twice");
    }
  }
}

void ReadEvents(Checker& check, Config& config) {
  static constexpr std::string_view kKey = "storage.events";
  const std::string url = check.Text(kKey);
  if (url == "local:") return CheckNoEventService(check);
  if (!url.starts_with("sns+sqs://")) {
    return check.Add(kKey, "this build has no adapter for '" + url +
                               "'; use local: or sns+sqs://TOPIC?region=REGION");
  }
  if (const auto address = SnsSqsAddress::Parse(url); !address) {
    check.Add(kKey, address.error().message);
  }
  Config::EventService& service = config.storage.events.emplace();
  service.url = url;
  ReadConsumers(check, service);
  service.keys = ReadAwsKeys(check, "storage.events", "SNS and SQS");
  service.ca_file = ReadFileName(check, "storage.events_ca_file");
}

// It may be asked for from anywhere, as often as somebody likes.
Secret ReadMetricsToken(Checker& check) {
  static constexpr std::size_t kLeast = 16;
  Secret token = ReadSecret(check, "http.metrics_token");
  if (token.IsSet() && token.Value().size() < kLeast) {
    check.Add(
        check.Find("http.metrics_token_file") ? "http.metrics_token_file" : "http.metrics_token",
        "holds less than 16 characters; make one with: openssl rand -hex 32");
  }
  return token;
}

// <prefix>/bin/heirloom has what belongs to it in <prefix>/share/heirloom.
fs::path Share() {
  std::error_code failed;
  const fs::path binary = fs::read_symlink("/proc/self/exe", failed);
  return binary.parent_path().parent_path() / "share/heirloom";
}

fs::path DefaultWebRoot() { return Share() / "webui"; }

// A file of authorities; empty when none is named.
fs::path ReadCaFile(Checker& check, std::string_view key) {
  const std::string text = check.Text(key);
  if (text.empty()) return {};
  fs::path file = Absolute(text);
  std::error_code failed;
  if (!fs::is_regular_file(file, failed)) {
    check.Add(std::string(key), "is no file: " + file.string());
  }
  return file;
}

Config::LiteLlm ReadLiteLlm(Checker& check, const std::string& model) {
  static constexpr std::string_view kUrl = "index.embedder_url";
  static constexpr std::string_view kTokens = "index.embedder_max_tokens";
  Config::LiteLlm litellm;
  litellm.model = model;
  litellm.url = check.Text(kUrl);
  if (litellm.url.empty()) {
    check.Add(std::string(kUrl), "is not set; name the server, such as https://llm.example:4000");
  } else if (const Result<HttpUrl> url = HttpUrl::Parse(litellm.url); !url) {
    check.Add(std::string(kUrl), url.error().message);
  }
  litellm.key = ReadSecret(check, "index.embedder_key");
  litellm.ca_file = ReadCaFile(check, "index.embedder_ca_file");
  const std::string tokens = check.Text(kTokens);
  const auto [end, failed] =
      std::from_chars(tokens.data(), tokens.data() + tokens.size(), litellm.max_tokens);
  if (failed != std::errc() || end != tokens.data() + tokens.size() || litellm.max_tokens < 16 ||
      litellm.max_tokens > 100'000) {
    check.Add(std::string(kTokens), "'" + tokens + "' is no number from 16 to 100000");
  }
  return litellm;
}

void ReadEmbedder(Checker& check, Config& config) {
  static constexpr std::string_view kKey = "index.embedder";
  using Kind = Config::Index::EmbedderKind;
  const std::string name = check.Text(kKey);
  config.index.minilm_folder = Share() / "models/all-MiniLM-L6-v2";
  config.index.vectors_file = config.data_dir / "index" / "vectors.db";
  static constexpr std::string_view kLiteLlm = "litellm:";
  if (name.starts_with(kLiteLlm) && name.size() > kLiteLlm.size()) {
    config.index.embedder = Kind::kLiteLlm;
    config.index.litellm = ReadLiteLlm(check, name.substr(kLiteLlm.size()));
    return;
  }
  if (name == "none") {
    config.index.embedder = Kind::kNone;
  } else if (name != "builtin:minilm") {
    check.Add(kKey, "'" + name +
                        "' is no embedder of this build; use builtin:minilm, litellm:MODEL, or "
                        "none");
  }
  for (const std::string_view key :
       {"index.embedder_url", "index.embedder_key", "index.embedder_key_file",
        "index.embedder_ca_file", "index.embedder_max_tokens"}) {
    if (check.IsChanged(key)) {
      check.Add(std::string(key), "is for litellm:MODEL, and index.embedder is another");
    }
  }
}

std::int64_t ReadCount(Checker& check, std::string_view key) {
  static constexpr std::int64_t kMost = 1'000'000'000;
  const std::string text = check.Text(key);
  std::int64_t count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole = failed == std::errc() && end == text.data() + text.size();
  if (whole && count >= 0 && count <= kMost) return count;
  check.Add(key, "'" + text + "' is no number from 0 (no limit) to " + std::to_string(kMost));
  return 0;
}

void ReadBlobs(Checker& check, Config& config) {
  static constexpr std::string_view kKey = "storage.blobs";
  const std::string url = check.Text(kKey);
  if (!url.starts_with("s3:")) {
    config.storage.blobs_folder =
        ReadEmbedded(check, kKey, "file", config.data_dir, " or s3://BUCKET?region=REGION");
    CheckNoAwsKeys(check, "storage.blobs", "is for a bucket, and storage.blobs is none");
    return;
  }
  if (const auto options = s3::ParseUrl(url); !options) check.Add(kKey, options.error().message);
  BlobService& service = config.storage.bucket.emplace();
  service.url = url;
  service.ca_file = ReadFileName(check, "storage.blobs_ca_file");
  service.keys = ReadAwsKeys(check, "storage.blobs", "a bucket");
}

// What lies in a data directory one process alone can have open.
void CheckNothingIsEmbedded(Checker& check, const Config& config) {
  const auto refuse = [&](bool embedded, std::string_view key, const std::string& fix) {
    if (!embedded) return;
    check.Add(key, "'" + check.Text(key) + "' is for one process alone, and serve.roles has only " +
                       config.roles.Names() + " in this one; " + fix);
  };
  refuse(!config.storage.postgres, "storage.database", "use postgresql://USER@HOST/NAME");
  refuse(!config.storage.neo4j, "storage.graph", "use neo4j+https://HOST:7473/DATABASE");
  refuse(!config.storage.bucket, "storage.blobs", "use s3://BUCKET?region=REGION");
  refuse(!config.storage.events, "storage.events", "use sns+sqs://TOPIC?region=REGION");
  refuse(!config.index.opensearch, "index.search", "use opensearch+https://HOST:9200/PREFIX");
}

void ReadRoles(Checker& check, Config& config) {
  static constexpr std::string_view kKey = "serve.roles";
  const std::vector<std::string> names = check.List(kKey);
  const std::string choices = "; the roles are " + NamesOfAllServeRoles();
  if (names.empty()) return check.Add(kKey, "names none" + choices);
  ServeRoles roles;
  for (const std::string& name : names) {
    const std::optional<ServeRole> role = ReadServeRole(name);
    if (!role) return check.Add(kKey, "'" + name + "' is no role" + choices);
    roles.Add(*role);
  }
  config.roles = roles;
}

void ReadLog(Checker& check, Config::LogOutput& log) {
  using Level = std::pair<std::string_view, LogLevel>;
  using Format = std::pair<std::string_view, std::optional<LogFormat>>;
  log.level =
      ReadChoice(check, "log.level", log.level,
                 std::array{Level{"debug", LogLevel::kDebug}, Level{"info", LogLevel::kInfo},
                            Level{"warn", LogLevel::kWarn}, Level{"error", LogLevel::kError}});
  log.format = ReadChoice(check, "log.format", log.format,
                          std::array{Format{"auto", std::nullopt}, Format{"text", LogFormat::kText},
                                     Format{"json", LogFormat::kJson}});
}

}  // namespace

std::span<const ConfigKey> ConfigKeys() { return kKeys; }

std::vector<Setting> WithDefaults(const std::vector<Setting>& settings) {
  std::vector<Setting> effective;
  for (const ConfigKey& key : kKeys) {
    const auto set = std::find_if(settings.begin(), settings.end(),
                                  [&](const Setting& setting) { return setting.key == key.name; });
    if (set != settings.end()) {
      effective.push_back(*set);
    } else if (key.name == "http.web_root") {
      effective.push_back({std::string(key.name), {DefaultWebRoot().string()}, "default"});
    } else if (key.IsList()) {
      effective.push_back({std::string(key.name), SplitCommas(key.otherwise), "default"});
    } else if (!key.otherwise.empty()) {
      effective.push_back({std::string(key.name), {std::string(key.otherwise)}, "default"});
    }
  }
  return effective;
}

std::vector<std::string> SplitCommas(std::string_view text) {
  static constexpr std::string_view kBlanks = " \t";
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view part = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::size_t begin = part.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) continue;
    part = part.substr(begin, part.find_last_not_of(kBlanks) - begin + 1);
    parts.emplace_back(part);
  }
  return parts;
}

std::string UnknownKey(std::string_view key) {
  const auto nearest =
      std::min_element(kKeys.begin(), kKeys.end(), [&](const ConfigKey& a, const ConfigKey& b) {
        return Distance(key, a.name) < Distance(key, b.name);
      });
  if (Distance(key, nearest->name) > std::max<std::size_t>(2, key.size() / 2))
    return "is not known";
  return "is not known; did you mean " + std::string(nearest->name) + "?";
}

Result<Config> MakeConfig(const std::vector<Setting>& settings) {
  Checker check(settings);
  for (const Setting& setting : settings) {
    if (!FindKey(setting.key)) check.Add(setting.key, UnknownKey(setting.key));
  }

  Config config;
  config.data_dir = ReadDataDir(check);
  ReadRoles(check, config);
  ReadDatabase(check, config);
  ReadGraph(check, config);
  ReadSearch(check, config);
  ReadEmbedder(check, config);
  ReadBlobs(check, config);
  ReadEvents(check, config);
  if (!config.roles.AreAll()) CheckNothingIsEmbedded(check, config);
  config.http.trusted_proxies = ReadNetworks(check, "http.trusted_proxies");
  config.http.metrics_allow = ReadNetworks(check, "http.metrics_allow");
  config.http.metrics_token = ReadMetricsToken(check);
  config.http.public_url = ReadPublicUrl(check);
  ReadListen(check, config.http);
  const std::string web_root = check.Text("http.web_root");
  config.http.web_root = web_root.empty() ? DefaultWebRoot() : Absolute(web_root);
  config.limits.writes_per_minute = ReadCount(check, "limits.writes_per_minute");
  config.limits.searches_per_minute = ReadCount(check, "limits.searches_per_minute");
  config.limits.exports_per_minute = ReadCount(check, "limits.exports_per_minute");
  ReadLog(check, config.log);

  std::vector<FieldError> errors = check.TakeErrors();
  if (!errors.empty()) return FailFields(std::move(errors));
  return config;
}

}  // namespace heirloom
