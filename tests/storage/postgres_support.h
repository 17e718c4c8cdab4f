#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/postgres_database.h"
#include "tests/contract/database_contract.h"
#include "tests/support/test_server.h"

namespace heirloom::testing {

// The address of a test's server without the password, and the password.
struct PostgresServer {
  std::string head;  // "postgresql://heirloom"
  std::string password;
  std::string host;  // "127.0.0.1:5432"

  static PostgresServer Of(const std::string& url) {
    const std::size_t colon = url.find(':', url.find("//"));
    const std::size_t at = url.find('@');
    const std::size_t slash = url.find('/', at);
    return {url.substr(0, colon), url.substr(colon + 1, at - colon - 1),
            url.substr(at + 1, slash - at - 1)};
  }
  std::string Url(const std::string& database) const { return head + "@" + host + "/" + database; }
  postgres::Address Address(const std::string& database) const {
    return {Url(database), Secret::Literal(password), {}};
  }
};

inline void Must(const Status& status) {
  if (!status) FAIL(status.error().message);
}

// A connection for what a test does behind the adapter's back.
inline std::unique_ptr<postgres::Connection> Direct(const postgres::Address& address) {
  auto opened = postgres::Connection::Open(address, std::chrono::seconds(60));
  if (!opened) FAIL(opened.error().message);
  (*opened)->LimitTime(std::chrono::minutes(5));
  return std::move(*opened);
}

// A database of one test, which goes with it. It orders text as people do, unlike ours, so that a
// test fails where that is not said for each column.
class PostgresBox {
 public:
  PostgresBox() : server(PostgresServer::Of(TestServer("POSTGRES"))) {
    name_ = "t_" + Name();
    Must(Direct(server.Address("postgres"))
             ->Run("CREATE DATABASE " + name_ +
                   " TEMPLATE template0 ENCODING 'UTF8' "
                   "LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'"));
  }
  ~PostgresBox() {
    auto admin = postgres::Connection::Open(server.Address("postgres"), std::chrono::seconds(60));
    if (!admin) return;
    (*admin)->LimitTime(std::chrono::minutes(1));
    if (const Status dropped = (*admin)->Run("DROP DATABASE " + name_ + " WITH (FORCE)");
        !dropped) {
      WARN(dropped.error().message);
    }
  }
  PostgresBox(const PostgresBox&) = delete;
  PostgresBox& operator=(const PostgresBox&) = delete;

  postgres::Address Address() const { return server.Address(name_); }
  const std::string& name() const { return name_; }

  PostgresOptions Options() {
    PostgresOptions options{.address = Address(), .clock = clock, .random = random};
    options.migrations = contract::DatabaseMigrations();
    return options;
  }
  std::unique_ptr<Database> Open(const PostgresOptions& options) {
    Must(MigratePostgresDatabase(options));
    auto opened = OpenPostgresDatabase(options);
    if (!opened) FAIL(opened.error().message);
    return std::move(*opened);
  }
  std::unique_ptr<Database> Open() { return Open(Options()); }
  std::unique_ptr<postgres::Connection> Connect() const { return Direct(Address()); }

  const PostgresServer server;
  SystemClock clock;
  SystemRandom random;

 private:
  std::string Name() {
    std::string name = NewSecret(random).substr(0, 20);
    for (char& c : name) c = static_cast<char>(c == '-' || c == '_' ? 'x' : std::tolower(c));
    return name;
  }

  std::string name_;
};

// Whether `condition` came true within a minute.
template <typename Condition>
bool Eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace heirloom::testing
