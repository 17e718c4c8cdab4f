// The search index: Xapian or OpenSearch.
#include <optional>
#include <utility>

#include "appliance/wiring/settings/aws_settings.h"
#include "appliance/wiring/settings/section.h"
#include "appliance/wiring/settings/settings_check.h"
#include "storage/remote/http_url.h"

namespace heirloom {
namespace {

constexpr std::string_view kKey = "index.search";
constexpr ConfigKey kKeys[] = {
    {kKey, "embedded:index"},
    {"index.search_user", ""},
    {"index.search_password", "", ConfigKey::Kind::kSecret},
    {"index.search_password_file", ""},
    {"index.search_token", "", ConfigKey::Kind::kSecret},
    {"index.search_token_file", ""},
    {"index.search_signing", "none"},
    {"index.search_region", ""},
    {"index.search_credentials", "keys"},
    {"index.search_credentials_file", ""},
    {"index.search_access_key_id", ""},
    {"index.search_secret_access_key", "", ConfigKey::Kind::kSecret},
    {"index.search_secret_access_key_file", ""},
    {"index.search_ca_file", ""},
};

// An address of OpenSearch as http or https; empty for another scheme.
std::string HttpOfOpenSearch(const std::string& url) {
  static constexpr std::pair<std::string_view, std::string_view> kSchemes[] = {
      {"opensearch://", "http://"}, {"opensearch+https://", "https://"}};
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

// How a request shows who asks beside a user or a token.
std::optional<Config::OpenSearch::Aws> ReadSigning(SettingsCheck& check) {
  static constexpr std::string_view kSigning = "index.search_signing";
  static constexpr Choice<bool> kSignings[] = {{"none", false}, {"aws", true}};
  if (!ReadChoice(check, kSigning, kSignings)) {
    for (const char* prefix : {"index.search_region", "index.search_credentials",
                               "index.search_access_key_id", "index.search_secret_access_key"}) {
      check.RefuseAllOf(prefix, "is for index.search_signing = \"aws\", which is not set");
    }
    return std::nullopt;
  }
  Config::OpenSearch::Aws aws;
  aws.region = check.Text("index.search_region");
  if (aws.region.empty()) {
    check.Add("index.search_region", "is not set; name the domain's, such as eu-central-1");
  }
  aws.keys = ReadAwsKeys(check, "index.search", "OpenSearch signed as AWS wants it");
  return aws;
}

Config::OpenSearch ReadOpenSearch(SettingsCheck& check, const std::string& http_url) {
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
  search.aws = ReadSigning(check);
  if (search.aws && (search.token.IsSet() || !search.user.empty())) {
    check.Add("index.search_signing",
              "shows who asks; index.search_user and index.search_token are not for it");
  }
  search.ca_file = ReadFileName(check, "index.search_ca_file");
  return search;
}

void Read(SettingsCheck& check, Config& config) {
  const std::string http_url = HttpOfOpenSearch(check.Text(kKey));
  if (!http_url.empty()) {
    config.index.opensearch = ReadOpenSearch(check, http_url);
    return;
  }
  config.index.xapian_folder = ReadEmbedded(check, kKey, "embedded", config.data_dir,
                                            " or opensearch+https://HOST:PORT/PREFIX");
  check.RefuseAllOf("index.search_", "is for OpenSearch, and index.search is another");
}

}  // namespace

ConfigSection SearchSection() { return {kKeys, Read}; }

}  // namespace heirloom
