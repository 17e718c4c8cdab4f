// Brings a database to the newest schema this binary knows, for any adapter: the adapter only says
// how it runs a transaction with DDL in it.

#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "storage/database.h"
#include "storage/migrations/migrations.h"

namespace heirloom {

// A transaction that may also change the schema.
class SchemaTransaction : public Transaction {
 public:
  // Runs any number of statements, without parameters, written in SQLite's dialect; another adapter
  // translates its few words (storage/migrations/README.md).
  virtual Status Script(std::string_view sql) = 0;
  virtual Result<bool> HasTable(std::string_view name) = 0;
};

// Runs a function in one transaction of its own; rolls back when it fails.
using RunSchemaTransaction =
    std::function<Status(const std::function<Status(SchemaTransaction&)>&)>;

// Applies what is missing, each migration in one transaction together with its row in
// `schema_migrations` and the `meta` rows `schema` and `oldest_compatible`; the first one also
// makes the `epoch`. Running it again changes nothing. Newer migrations that this binary does not
// know are left alone. Fails with kUnavailable, in words for the operator, when
//  - the database needs a newer binary (`oldest_compatible` is above what `migrations` ends with);
//  - an applied migration no longer has the checksum it was applied with;
//  - a migration is missing below one that was applied.
// What was applied before a failure stays.
Status Migrate(const RunSchemaTransaction& run, std::span<const Migration> migrations,
               const Clock& clock, Random& random);

// For who may not migrate: kUnavailable, in words for the operator, when Migrate would have
// something to do or would fail. Changes nothing.
Status RequireMigrated(const RunSchemaTransaction& run, std::span<const Migration> migrations);

// A name for a history that begins: a new database's, or that of one put back from a copy.
std::string NewEpoch(Random& random);

}  // namespace heirloom
