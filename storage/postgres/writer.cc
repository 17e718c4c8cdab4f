#include "storage/postgres/writer.h"
#include "storage/guarded_call.h"

#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "appliance/base/log.h"

namespace heirloom::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kMaxTries = 6;
constexpr milliseconds kAskFor{5'000};
constexpr milliseconds kBetweenQuestions{100};

}  // namespace

Writer::Writer(Address address, PoolLimits limits, const Clock& clock, Random& random)
    : pool_(std::move(address), limits, "writing"), clock_(clock), random_(random) {}

Result<Position> Writer::Write(const WriteFn& fn) {
  Result<Pool::Lease> connection = pool_.Take();
  if (!connection) return ErrorOf(connection);
  for (int tries = 1;; ++tries) {
    Try one = TryOnce(*connection, fn);
    if (one.verdict != Verdict::kAgain || tries == kMaxTries) return std::move(one.outcome);
    WaitBeforeTry(tries);
    if (!connection->IsGood()) {
      if (Status renewed = connection->Renew(); !renewed) return ErrorOf(renewed);
    }
  }
}

// Those that met each other should not meet again.
void Writer::WaitBeforeTry(int tries) {
  std::array<std::uint8_t, 1> random{};
  random_.Fill(random);
  std::this_thread::sleep_for(milliseconds((1 << tries) * (1 + random[0] % 8)));
}

Writer::Try Writer::TryOnce(Pool::Lease& connection, const WriteFn& fn) {
  connection->TakeMaySucceedAgain();
  connection->LimitTime(pool_.limits().duration);
  ConnectionTransaction transaction(*connection, clock_);
  Result<Outcome> finished = Outcome{};
  Status done = connection->Run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
  if (done) done = CallGuarded([&] { return fn(transaction); });
  if (done) {
    finished = transaction.Finish();
    if (!finished) done = ErrorOf(finished);
  }
  if (done) return Commit(connection, *finished);
  // Nothing was committed, so it may run again, whatever `fn` made of the failure.
  const bool again = connection->TakeMaySucceedAgain() || connection->IsLost();
  if (!connection->IsLost()) {
    if (Status undone = connection->Run("ROLLBACK"); !undone) LogWarn(undone.error().message);
  }
  connection->UnlimitTime();
  return {again ? Verdict::kAgain : Verdict::kFailed, ErrorOf(done)};
}

Writer::Try Writer::Commit(Pool::Lease& connection, const Outcome& outcome) {
  Status committed = connection->Run("COMMIT");
  connection->UnlimitTime();
  if (committed) return {Verdict::kDone, outcome.position};
  if (connection->IsLost()) return AskWhatBecameOf(connection, outcome, committed);
  const bool again = connection->TakeMaySucceedAgain();
  return {again ? Verdict::kAgain : Verdict::kFailed, ErrorOf(committed)};
}

// The connection went while the server was committing. It remembers what became of a transaction.
Writer::Try Writer::AskWhatBecameOf(Pool::Lease& connection, const Outcome& outcome,
                                    const Status& lost) {
  if (outcome.transaction_id.empty()) return {Verdict::kDone, outcome.position};
  const auto give_up_at = steady_clock::now() + kAskFor;
  while (steady_clock::now() < give_up_at) {
    if (connection.IsGood()) {
      connection->LimitTime(kAskFor);
      const SqlValue id = std::string_view(outcome.transaction_id);
      const auto became = connection->Value("SELECT pg_xact_status($1::text::xid8)", {&id, 1});
      connection->UnlimitTime();
      if (became && *became == "committed") return {Verdict::kDone, outcome.position};
      if (became && *became == "aborted") return {Verdict::kAgain, ErrorOf(lost)};
    } else if (connection.Renew()) {
      continue;
    }
    std::this_thread::sleep_for(kBetweenQuestions);
  }
  LogWarn("it is not known whether a write was committed",
          {{"transaction", outcome.transaction_id}, {"why", lost.error().message}});
  return {Verdict::kFailed, ErrorOf(lost)};
}

}  // namespace heirloom::postgres
