// What belongs to what: RocksDB or Neo4j.
#include "appliance/wiring/settings/section.h"
#include "appliance/wiring/settings/settings_check.h"
#include "storage/remote/http_url.h"

namespace heirloom {
namespace {

constexpr std::string_view kKey = "storage.graph";
constexpr ConfigKey kKeys[] = {
    {kKey, "rocksdb:graph"},
    {"storage.graph_user", ""},
    {"storage.graph_password", "", ConfigKey::Kind::kSecret},
    {"storage.graph_password_file", ""},
    {"storage.graph_ca_file", ""},
};

bool IsNeo4jDatabase(std::string_view text) {
  return !text.empty() && text.size() <= 63 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == text.npos;
}

Config::Neo4j ReadNeo4j(SettingsCheck& check, const std::string& http_url) {
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
  neo4j.ca_file = ReadFileName(check, "storage.graph_ca_file");
  return neo4j;
}

void Read(SettingsCheck& check, Config& config) {
  static constexpr std::string_view kScheme = "neo4j+";
  const std::string text = check.Text(kKey);
  if (text.starts_with("neo4j+http://") || text.starts_with("neo4j+https://")) {
    config.storage.neo4j = ReadNeo4j(check, text.substr(kScheme.size()));
    return;
  }
  config.storage.rocksdb_folder =
      ReadEmbedded(check, kKey, "rocksdb", config.data_dir, " or neo4j+https://HOST:PORT/DATABASE");
  check.RefuseAllOf("storage.graph_", "is for Neo4j, and storage.graph is another");
}

}  // namespace

ConfigSection GraphSection() { return {kKeys, Read}; }

}  // namespace heirloom
