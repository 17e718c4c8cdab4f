#pragma once

#include <utility>

#include "storage/database.h"
#include "storage/seal.h"

namespace heirloom {

// Another database, whose Write fails with kConflict while there is a seal on it. What is no part
// of the truth (leases, places in the outbox, throttles), and who puts the seal, writes to the
// other one itself. Thread-safe.
class SealableDatabase final : public Database {
 public:
  // `database` must outlive it.
  explicit SealableDatabase(Database& database) : database_(database) {}

  Status Read(const std::function<Status(Reader&)>& fn) override { return database_.Read(fn); }
  Result<Position> Write(const std::function<Status(Transaction&)>& fn) override {
    return database_.Write([&fn](Transaction& tx) -> Status {
      if (Status open = CheckOpen(tx); !open) return open;
      return fn(tx);
    });
  }
  Result<std::vector<StoredEvent>> EventsAfter(std::int64_t sequence, int limit) override {
    return database_.EventsAfter(sequence, limit);
  }
  CommitHooks::Subscription OnCommit(CommitHooks::Hook hook) override {
    return database_.OnCommit(std::move(hook));
  }
  Status Ping() override { return database_.Ping(); }

 private:
  Database& database_;
};

}  // namespace heirloom
