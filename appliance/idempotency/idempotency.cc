#include "appliance/idempotency/idempotency.h"

#include <chrono>

namespace heirloom::idempotency {
namespace {

constexpr std::int64_t kKeptFor = std::chrono::microseconds(std::chrono::hours(24)).count();

}  // namespace

Result<std::optional<Id>> Find(Reader& reader, const Principal& who, const RequestKey& key,
                               Time now) {
  std::optional<Id> resource;
  bool another = false;
  const Status read = reader.Query(
      "SELECT digest, resource FROM idempotent_requests"
      " WHERE tenant_id = $1 AND user_id = $2 AND route = $3 AND key = $4 AND created_at > $5",
      {who.tenant_id, who.user_id, key.route, key.key, SqlValue(now.micros - kKeptFor)},
      [&](const Row& row) {
        another = row.Text(0) != key.digest;
        resource = row.String(1);
        return true;
      });
  if (!read) return ErrorOf(read);
  if (another) {
    return FailFields({{"Idempotency-Key",
                        "This key was used for another request within the last 24 hours; take a "
                        "new one for each change."}});
  }
  return resource;
}

Result<std::optional<Id>> Claim(Transaction& tx, const Principal& who, const RequestKey& key,
                                Time now) {
  const std::string name =
      "request:" + who.tenant_id + "/" + who.user_id + "/" + key.route + "/" + key.key;
  if (Status s = tx.Lock(name, Transaction::LockMode::kExclusive); !s) return ErrorOf(s);
  return Find(tx, who, key, now);
}

Status Remember(Transaction& tx, const Principal& who, const RequestKey& key,
                std::string_view resource, Time now) {
  const auto replaced = tx.Execute(
      "DELETE FROM idempotent_requests"
      " WHERE tenant_id = $1 AND user_id = $2 AND route = $3 AND key = $4",
      {who.tenant_id, who.user_id, key.route, key.key});
  if (!replaced) return ErrorOf(replaced);
  const auto inserted = tx.Execute(
      "INSERT INTO idempotent_requests"
      " (tenant_id, user_id, route, key, digest, resource, created_at)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7)",
      {who.tenant_id, who.user_id, key.route, key.key, key.digest, resource, SqlOf(now)});
  if (!inserted) return ErrorOf(inserted);
  return {};
}

Result<std::int64_t> Sweep(Transaction& tx, Time now, std::int64_t limit) {
  // By age and key, since a DELETE takes no LIMIT everywhere.
  return tx.Execute(
      "DELETE FROM idempotent_requests WHERE created_at <= $1 AND created_at <="
      " (SELECT MAX(created_at) FROM (SELECT created_at FROM idempotent_requests"
      "   WHERE created_at <= $1 ORDER BY created_at LIMIT $2) AS oldest)",
      {SqlValue(now.micros - kKeptFor), SqlValue(limit)});
}

}  // namespace heirloom::idempotency
