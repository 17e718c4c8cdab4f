// Writes: one transaction each, several at a time. Inside storage/postgres only.

#pragma once

#include <functional>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "storage/database.h"
#include "storage/postgres/pool.h"
#include "storage/postgres/transaction.h"

namespace heirloom::postgres {

// Thread-safe.
class Writer final {
 public:
  using WriteFn = std::function<Status(Transaction&)>;

  Writer(Address address, PoolLimits limits, const Clock& clock, Random& random);

  Result<Position> Write(const WriteFn& fn);  // As Database::Write.

 private:
  enum class Verdict { kDone, kAgain, kFailed };
  struct Try {
    Verdict verdict = Verdict::kFailed;
    Result<Position> outcome;
  };

  Try TryOnce(Pool::Lease& connection, const WriteFn& fn);
  Try Commit(Pool::Lease& connection, const Outcome& outcome);
  Try AskWhatBecameOf(Pool::Lease& connection, const Outcome& outcome, const Status& lost);
  void WaitBeforeTry(int tries);

  Pool pool_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace heirloom::postgres
