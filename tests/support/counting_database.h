#pragma once

#include <atomic>

#include "storage/database.h"

namespace heirloom::testing {

// A database that counts the statements asked of it, for what must be as many however much there
// is. The outbox, which is tailed in the background, is not counted. Thread-safe.
class CountingDatabase final : public Database {
 public:
  explicit CountingDatabase(Database& counted) : counted_(counted) {}

  int Statements() const { return statements_; }

  Status Read(const std::function<Status(Reader&)>& fn) override {
    return counted_.Read([&](Reader& reader) {
      CountingReader counting(reader, statements_);
      return fn(counting);
    });
  }
  Result<Position> Write(const std::function<Status(Transaction&)>& fn) override {
    return counted_.Write([&](Transaction& tx) {
      CountingTransaction counting(tx, statements_);
      return fn(counting);
    });
  }
  Result<std::vector<StoredEvent>> EventsAfter(std::int64_t sequence, int limit) override {
    return counted_.EventsAfter(sequence, limit);
  }
  void OnCommit(std::function<void(std::int64_t head)> hook) override {
    counted_.OnCommit(std::move(hook));
  }
  Status Ping() override { return counted_.Ping(); }

 private:
  class CountingReader final : public Reader {
   public:
    CountingReader(Reader& reader, std::atomic<int>& count) : reader_(reader), count_(count) {}
    using Reader::Query;
    Status Query(std::string_view sql, Params params, const OnRow& on_row) override {
      ++count_;
      return reader_.Query(sql, params, on_row);
    }
    Result<Position> Head() override { return reader_.Head(); }

   private:
    Reader& reader_;
    std::atomic<int>& count_;
  };

  class CountingTransaction final : public Transaction {
   public:
    CountingTransaction(Transaction& tx, std::atomic<int>& count) : tx_(tx), count_(count) {}
    using Reader::Query;
    using Transaction::Execute;
    Status Query(std::string_view sql, Params params, const OnRow& on_row) override {
      ++count_;
      return tx_.Query(sql, params, on_row);
    }
    Result<std::int64_t> Execute(std::string_view sql, Params params) override {
      ++count_;
      return tx_.Execute(sql, params);
    }
    Result<Position> Head() override { return tx_.Head(); }
    void Append(Event event) override { tx_.Append(std::move(event)); }

   private:
    Transaction& tx_;
    std::atomic<int>& count_;
  };

  Database& counted_;
  std::atomic<int> statements_ = 0;
};

}  // namespace heirloom::testing
