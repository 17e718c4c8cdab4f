#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "storage/database.h"

namespace heirloom {

struct LeadershipOptions {
  Database& database;  // With the schema of storage/migrations.
  const Clock& clock;
  Random& random;
  std::string name;  // Of what one process at a time does.
  // How far that has come in the outbox, so that nothing it has yet to see is swept. Asked from the
  // lease's thread; 0: not known.
  std::function<std::int64_t()> position = [] { return std::int64_t{0}; };
  // Nobody else has this database open, so a lease that somebody left behind is nobody's.
  bool alone = false;
  std::chrono::milliseconds lease{10'000};
  std::chrono::milliseconds renew_each{2'500};
};

// One process at a time, of several that could: a lease in a row of event_consumers, renewed from a
// thread of its own. A process that dies keeps it until the lease is over; one that is stopped
// gives it back. It saves double work and is no fence: one that was stopped for longer than its
// lease may still be in the middle of something, so what is done under it must bear to be done
// twice. Clocks of different machines may differ by about a second. Thread-safe.
class Leadership {
 public:
  explicit Leadership(LeadershipOptions options);
  ~Leadership();
  Leadership(const Leadership&) = delete;
  Leadership& operator=(const Leadership&) = delete;

  void Start();
  void Stop();  // Gives it back. Idempotent.

  // Whether it is this process's turn just now. Does not wait.
  bool Held() const;
  // Until it is, or the time is over.
  bool Await(std::chrono::milliseconds longest) const;
  // Whose turn it was when last seen, in words for an operator: "host:process". Empty: nobody's.
  std::string Holder() const;

 private:
  using Instant = std::chrono::steady_clock::time_point;

  void Run(const std::stop_token& stop);
  Result<bool> Try();
  void GiveBack();

  const LeadershipOptions options_;
  const std::string owner_;

  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  Instant held_until_;
  std::string holder_;

  std::jthread thread_;  // Last: ends before what it uses goes.
};

}  // namespace heirloom
