// What this process listens on, and who may come.
#include "appliance/base/number.h"
#include "appliance/http/forwarded.h"
#include "appliance/wiring/settings/section.h"
#include "appliance/wiring/settings/settings_check.h"
#include "appliance/wiring/settings/share.h"
#include "storage/remote/http_url.h"

namespace heirloom {
namespace {

std::string DefaultWebRoot() { return (ShareFolder() / "webui").string(); }

constexpr ConfigKey kKeys[] = {
    {"http.listen", "127.0.0.1:8080"},
    {"http.public_url", ""},
    {"http.trusted_proxies", "", ConfigKey::Kind::kList},
    {"http.metrics_allow", "127.0.0.1/32,::1/128", ConfigKey::Kind::kList},
    {"http.metrics_token", "", ConfigKey::Kind::kSecret},
    {"http.metrics_token_file", ""},
    {"http.web_root", "", ConfigKey::Kind::kText, DefaultWebRoot},
};

bool IsLoopback(const std::string& host) {
  return http::TrustedProxies::Parse({"127.0.0.0/8", "::1"})->Contains(*http::ParseIp(host));
}

void ReadListen(SettingsCheck& check, Config::Http& http) {
  static constexpr std::string_view kKey = "http.listen";
  static constexpr std::string_view kForm = "; write it like 127.0.0.1:8080 or [::1]:8080";
  const std::string text = check.Text(kKey);
  const std::size_t colon = text.rfind(':');
  std::string host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";

  const auto port =
      ParseNumber<std::uint16_t>(colon == std::string::npos ? "" : text.substr(colon + 1));
  const bool host_is_good =
      http::ParseIp(host) && bracketed == (host.find(':') != std::string::npos);
  if (!port || !host_is_good) {
    return check.Add(kKey, "'" + text + "' is no address and port" + std::string(kForm));
  }
  http.host = host;
  http.port = *port;
  if (!IsLoopback(host) && http.trusted_proxies.empty()) {
    check.Add(kKey, "'" + text +
                        "' can be reached from other machines, and Heirloom speaks no TLS itself; "
                        "put a proxy in front and name its network in http.trusted_proxies, or "
                        "listen on 127.0.0.1");
  }
}

std::vector<std::string> ReadNetworks(SettingsCheck& check, std::string_view key) {
  std::vector<std::string> networks = check.List(key);
  for (const std::string& network : networks) {
    const auto parsed = http::TrustedProxies::Parse({network});
    if (!parsed) check.Add(key, parsed.error().message);
  }
  return networks;
}

// Where people reach the installation: scheme, host and port alone, since links are made by adding
// a path.
std::string ReadPublicUrl(SettingsCheck& check) {
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

// It may be asked for from anywhere, as often as somebody likes.
Secret ReadMetricsToken(SettingsCheck& check) {
  static constexpr std::size_t kLeast = 16;
  static constexpr std::string_view kFile = "http.metrics_token_file";
  Secret token = ReadSecret(check, "http.metrics_token");
  if (token.IsSet() && token.Value().size() < kLeast) {
    check.Add(check.IsSet(kFile) ? kFile : "http.metrics_token",
              "holds less than 16 characters; make one with: openssl rand -hex 32");
  }
  return token;
}

void Read(SettingsCheck& check, Config& config) {
  Config::Http& http = config.http;
  http.trusted_proxies = ReadNetworks(check, "http.trusted_proxies");
  http.metrics_allow = ReadNetworks(check, "http.metrics_allow");
  http.metrics_token = ReadMetricsToken(check);
  http.public_url = ReadPublicUrl(check);
  ReadListen(check, http);
  const std::string web_root = check.Text("http.web_root");
  http.web_root = AbsolutePath(web_root.empty() ? DefaultWebRoot() : web_root);
}

}  // namespace

ConfigSection HttpSection() { return {kKeys, Read}; }

}  // namespace heirloom
