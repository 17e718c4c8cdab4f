#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "storage/database.h"

namespace heirloom {

// Counts the statements that are asked of another database. The outbox, which is tailed in the
// background, is not counted. Thread-safe.
class MeteredDatabase final : public Database {
 public:
  explicit MeteredDatabase(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  Status Read(const std::function<Status(Reader&)>& fn) override {
    return database_->Read([&](Reader& reader) {
      MeteredReader metered(statements_, reader);
      return fn(metered);
    });
  }
  Result<Position> Write(const std::function<Status(Transaction&)>& fn) override {
    return database_->Write([&](Transaction& tx) {
      MeteredTransaction metered(statements_, tx);
      return fn(metered);
    });
  }
  Result<std::vector<StoredEvent>> EventsAfter(std::int64_t sequence, int limit) override {
    return database_->EventsAfter(sequence, limit);
  }
  CommitHooks::Subscription OnCommit(CommitHooks::Hook hook) override {
    return database_->OnCommit(std::move(hook));
  }
  Status Ping() override { return database_->Ping(); }

  std::uint64_t Statements() const { return statements_.load(std::memory_order_relaxed); }

 private:
  using Count = std::atomic<std::uint64_t>;

  static void Add(Count& count) { count.fetch_add(1, std::memory_order_relaxed); }

  class MeteredReader final : public Reader {
   public:
    MeteredReader(Count& count, Reader& reader) : count_(count), reader_(reader) {}
    using Reader::Query;
    Status Query(std::string_view sql, Params params, const OnRow& on_row) override {
      Add(count_);
      return reader_.Query(sql, params, on_row);
    }
    Result<Position> Head() override { return reader_.Head(); }

   private:
    Count& count_;
    Reader& reader_;
  };

  class MeteredTransaction final : public Transaction {
   public:
    MeteredTransaction(Count& count, Transaction& tx) : count_(count), tx_(tx) {}
    using Reader::Query;
    using Transaction::Execute;
    Status Query(std::string_view sql, Params params, const OnRow& on_row) override {
      Add(count_);
      return tx_.Query(sql, params, on_row);
    }
    Result<Position> Head() override { return tx_.Head(); }
    Result<std::int64_t> Execute(std::string_view sql, Params params) override {
      Add(count_);
      return tx_.Execute(sql, params);
    }
    Status Lock(std::string_view name, LockMode mode) override { return tx_.Lock(name, mode); }
    void Append(Event event) override { tx_.Append(std::move(event)); }

   private:
    Count& count_;
    Transaction& tx_;
  };

  const std::unique_ptr<Database> database_;
  Count statements_ = 0;
};

}  // namespace heirloom
