#pragma once

#include <memory>

#include "tests/delivery/outbox_world.h"
#include "tests/storage/postgres_support.h"

namespace heirloom::testing {

// The outbox of a database in Postgres, which others may have open too.
class PostgresOutbox final : private PostgresBox, public OutboxOn {
 public:
  PostgresOutbox() : OutboxOn(PostgresBox::Open(), {"alpha", "beta"}, false, false) {}

  // As another process has it.
  std::unique_ptr<Database> AnotherDatabase() { return PostgresBox::Open(); }
};

}  // namespace heirloom::testing
