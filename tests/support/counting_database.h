#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "storage/database.h"

namespace heirloom::testing {

// Writes down which statements are asked of another database, for what must be as many however much
// there is. The outbox, which is tailed in the background, is not counted. Thread-safe.
class CountingDatabase final : public Database {
 public:
  explicit CountingDatabase(Database& database) : database_(database) {}

  Status Read(const std::function<Status(Reader&)>& fn) override {
    return database_.Read([&](Reader& reader) {
      CountingReader counted(*this, reader);
      return fn(counted);
    });
  }
  Result<Position> Write(const std::function<Status(Transaction&)>& fn) override {
    return database_.Write([&](Transaction& tx) {
      CountingTransaction counted(*this, tx);
      return fn(counted);
    });
  }
  Result<std::vector<StoredEvent>> EventsAfter(std::int64_t sequence, int limit) override {
    return database_.EventsAfter(sequence, limit);
  }
  CommitHooks::Subscription OnCommit(CommitHooks::Hook hook) override {
    return database_.OnCommit(std::move(hook));
  }
  Status Ping() override { return database_.Ping(); }

  // How many there were so far, whether taken or not.
  int Statements() {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  // Those since the last time, in order.
  std::vector<std::string> TakeStatements() {
    const std::lock_guard lock(mutex_);
    return std::exchange(statements_, {});
  }

 private:
  class CountingReader final : public Reader {
   public:
    CountingReader(CountingDatabase& owner, Reader& reader) : owner_(owner), reader_(reader) {}
    using Reader::Query;
    Status Query(std::string_view sql, Params params, const OnRow& on_row) override {
      owner_.Note(sql);
      return reader_.Query(sql, params, on_row);
    }
    Result<Position> Head() override { return reader_.Head(); }

   private:
    CountingDatabase& owner_;
    Reader& reader_;
  };

  class CountingTransaction final : public Transaction {
   public:
    CountingTransaction(CountingDatabase& owner, Transaction& tx) : owner_(owner), tx_(tx) {}
    using Reader::Query;
    using Transaction::Execute;
    Status Query(std::string_view sql, Params params, const OnRow& on_row) override {
      owner_.Note(sql);
      return tx_.Query(sql, params, on_row);
    }
    Result<Position> Head() override { return tx_.Head(); }
    Result<std::int64_t> Execute(std::string_view sql, Params params) override {
      owner_.Note(sql);
      return tx_.Execute(sql, params);
    }
    Status Lock(std::string_view name, LockMode mode) override { return tx_.Lock(name, mode); }
    void Append(Event event) override { tx_.Append(std::move(event)); }

   private:
    CountingDatabase& owner_;
    Transaction& tx_;
  };

  void Note(std::string_view sql) {
    const std::lock_guard lock(mutex_);
    statements_.emplace_back(sql);
    ++count_;
  }

  Database& database_;
  std::mutex mutex_;
  std::vector<std::string> statements_;
  int count_ = 0;
};

}  // namespace heirloom::testing
