// What the parts of the Database contract suite share.

#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "storage/database.h"
#include "tests/contract/database_contract.h"

namespace heirloom::contract {

// Longer than anything here takes; a test that needs it all has failed.
inline constexpr std::chrono::seconds kPatience{60};

inline constexpr std::string_view kInsert =
    "INSERT INTO things (tenant_id, id, name, amount) VALUES ($1, $2, $3, $4)";

inline Status Done(const Result<std::int64_t>& executed) {
  return executed ? Status() : Status(ErrorOf(executed));
}

inline Status Insert(Transaction& tx, std::string_view id, std::int64_t amount = 1,
                     std::string_view tenant = "t1") {
  return Done(tx.Execute(kInsert, {tenant, id, "a name", amount}));
}

inline Event EventOf(std::string subject, std::int64_t version = 1, std::string tenant = "t1") {
  return {std::move(tenant), "ThingChanged", std::move(subject), "legacy", version};
}

inline Result<Position> Put(Database& db, std::string_view id, std::int64_t amount = 1) {
  return db.Write([&](Transaction& tx) {
    tx.Append(EventOf(std::string(id)));
    return Insert(tx, id, amount);
  });
}

inline std::int64_t Number(Reader& reader, std::string_view sql, Params params = {}) {
  std::int64_t number = -1;
  const Status read = reader.Query(sql, params, [&](const Row& row) {
    number = row.Integer(0);
    return true;
  });
  REQUIRE(read);
  return number;
}

inline std::int64_t Count(Reader& reader) { return Number(reader, "SELECT count(*) FROM things"); }

inline std::int64_t Count(Database& db) {
  std::int64_t count = -1;
  REQUIRE(db.Read([&](Reader& reader) -> Status {
    count = Count(reader);
    return {};
  }));
  return count;
}

inline Position HeadOf(Database& db) {
  const auto head = ReadOne(db, [](Reader& reader) { return reader.Head(); });
  REQUIRE(head);
  return *head;
}

inline ErrorCode CodeOf(const Status& status) {
  REQUIRE_FALSE(status);
  return status.error().code;
}

template <typename T>
ErrorCode CodeOf(const Result<T>& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

// The parts of the suite, in files of their own.
void CheckDatabaseValues(const OpenDatabase& open);       // database_values.cc
void CheckDatabaseConstraints(const OpenDatabase& open);  // database_values.cc
void CheckDatabaseEvents(const OpenDatabase& open);       // database_events.cc
void CheckDatabaseTenants(const OpenDatabase& open);      // database_events.cc
void CheckDatabaseReads(const OpenDatabase& open);        // database_reads.cc

}  // namespace heirloom::contract
