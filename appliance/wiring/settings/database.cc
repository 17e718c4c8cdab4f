// The database: SQLite or PostgreSQL.
#include <algorithm>

#include "appliance/wiring/settings/section.h"
#include "appliance/wiring/settings/settings_check.h"

namespace heirloom {
namespace {

constexpr std::string_view kKey = "storage.database";
constexpr ConfigKey kKeys[] = {
    {kKey, "sqlite:heirloom.db"},
    {"storage.database_password", "", ConfigKey::Kind::kSecret},
    {"storage.database_password_file", ""},
    {"storage.database_ca_file", ""},
};

bool IsPostgres(std::string_view url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

// libpq reads the rest of it. A password in it would be shown wherever the address is.
bool HoldsPassword(const std::string& url) {
  const std::size_t begin = url.find("//") + 2;
  const std::size_t end = std::min(url.find_first_of("/?", begin), url.size());
  const std::string authority = url.substr(begin, end - begin);
  const std::size_t at = authority.rfind('@');
  const bool in_user = at != std::string::npos && authority.find(':') < at;
  return in_user || url.find("password=") != std::string::npos;
}

Config::Postgres ReadPostgres(SettingsCheck& check, const std::string& url) {
  if (HoldsPassword(url)) {
    check.Add(kKey,
              "holds a password, which does not belong into an address; put it into a file "
              "and name that in storage.database_password_file");
  }
  return {url, ReadSecret(check, "storage.database_password"),
          ReadFileName(check, "storage.database_ca_file")};
}

void Read(SettingsCheck& check, Config& config) {
  const std::string url = check.Text(kKey);
  if (IsPostgres(url)) {
    config.storage.postgres = ReadPostgres(check, url);
    return;
  }
  config.storage.sqlite_file =
      ReadEmbedded(check, kKey, "sqlite", config.data_dir, " or postgresql://USER@HOST/NAME");
  check.RefuseAllOf("storage.database_", "is for PostgreSQL, and storage.database is another");
}

}  // namespace

ConfigSection DatabaseSection() { return {kKeys, Read}; }

}  // namespace heirloom
