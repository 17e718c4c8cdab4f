#include "storage/postgres/connect.h"

#include <libpq-fe.h>

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/postgres/failure.h"
#include "storage/postgres/limits.h"

namespace heirloom::postgres {
namespace {

constexpr char kSystemAuthorities[] = "/etc/ssl/certs/ca-certificates.crt";

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

// What the URL says, by keyword.
class Said {
 public:
  static Result<Said> Of(const std::string& url) {
    char* error = nullptr;
    Said said;
    said.options_.reset(PQconninfoParse(url.c_str(), &error));
    if (said.options_) return said;
    const std::string why = error == nullptr ? "out of memory" : error;
    PQfreemem(error);
    return Fail(ErrorCode::kInvalidArgument,
                "storage.database is no address of PostgreSQL: " + why);
  }

  std::optional<std::string> Get(std::string_view keyword) const {
    for (const PQconninfoOption* one = options_.get(); one->keyword != nullptr; ++one) {
      if (keyword == one->keyword && one->val != nullptr) return one->val;
    }
    return std::nullopt;
  }

 private:
  std::unique_ptr<PQconninfoOption, FreeOptions> options_;
};

// What goes over no network, or cannot be listened to on its way.
bool IsOnThisMachine(std::string_view hosts) {
  while (!hosts.empty()) {
    const std::size_t comma = hosts.find(',');
    const std::string_view host = hosts.substr(0, comma);
    const bool here = host.empty() || host.starts_with('/') || host.starts_with("127.") ||
                      host == "localhost" || host == "::1";
    if (!here) return false;
    hosts = comma == hosts.npos ? std::string_view() : hosts.substr(comma + 1);
  }
  return true;
}

}  // namespace

Result<pg_conn*> Connect(const Address& address) {
  const Result<Said> said = Said::Of(address.url);
  if (!said) return ErrorOf(said);
  const bool here = IsOnThisMachine(said->Get("host").value_or(""));
  const std::string within = std::to_string(kConnectWithin.count());
  const std::string password = address.password.Value();
  // libpq takes the last of each; those before `dbname` yield to what the URL says.
  std::vector<std::pair<const char*, std::string>> words = {
      {"sslmode", here ? "prefer" : "verify-full"},
      {"connect_timeout", within},
      {"keepalives_idle", "30"},
      {"keepalives_interval", "10"},
      {"keepalives_count", "3"},
      {"tcp_user_timeout", "15000"},
      {"target_session_attrs", "read-write"},
      {"sslrootcert", kSystemAuthorities},
      {"dbname", address.url},
      {"client_encoding", "UTF8"},
      {"fallback_application_name", "heirloom"},
  };
  if (here && address.ca_file.empty() && !said->Get("sslmode")) {
    std::erase_if(words, [](const auto& word) { return word.first == std::string("sslrootcert"); });
  }
  if (!address.ca_file.empty()) words.emplace_back("sslrootcert", address.ca_file.string());
  if (address.password.IsSet()) words.emplace_back("password", password);
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : words) {
    keywords.push_back(keyword);
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  pg_conn* const connection = PQconnectdbParams(keywords.data(), values.data(), 1);
  if (connection == nullptr) return Fail(ErrorCode::kUnavailable, "out of memory");
  if (PQstatus(connection) == CONNECTION_OK) return connection;
  const std::string why = PQerrorMessage(connection);
  PQfinish(connection);
  return ErrorOf(ConnectFailure(why));
}

std::string SessionSettings(std::chrono::milliseconds statement_limit) {
  const auto set = [](const char* name, std::int64_t milliseconds) {
    return std::string("SET ") + name + " = " + std::to_string(milliseconds) + ";";
  };
  return set("statement_timeout", statement_limit.count()) +
         set("lock_timeout", kLockWait.count()) +
         // A process that hangs in the middle of a write must not keep everybody waiting.
         set("idle_in_transaction_session_timeout", 2 * statement_limit.count()) +
         "SET standard_conforming_strings = on;"
         // What was answered is on the disk, whatever the server's default is.
         "SELECT set_config('synchronous_commit', 'on', false)"
         " WHERE current_setting('synchronous_commit') = 'off'";
}

}  // namespace heirloom::postgres
