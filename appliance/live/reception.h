#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "appliance/base/result.h"
#include "appliance/live/audiences.h"
#include "appliance/live/live_limits.h"

namespace heirloom {

// Where streams come and go, from any thread, while one thread alone keeps the audiences: what it
// has to do is left here for it. Also counts who is there, so that nobody takes all places.
// Thread-safe.
class Reception {
 public:
  explicit Reception(const LiveLimits& limits) : limits_(limits) {}

  // Takes a place; gives its number. kUnavailable when there is none. Each is given back by Leave.
  Result<std::uint64_t> Reserve(const Principal& who);
  void Join(std::unique_ptr<Subscriber> subscriber);
  void Leave(std::uint64_t number);

  // Nobody takes anything over any more: closes the streams that still wait here, and each that
  // comes. A stream knows this object, so that one left here would keep both for ever.
  void Close();

  // That there are events up to `head`.
  void Commit(std::int64_t head);

  struct Work {
    std::vector<std::unique_ptr<Subscriber>> joins;
    std::vector<std::uint64_t> leaves;  // Of earlier joins or these.
  };
  // Waits for work, or events after `position` while `listening`; not longer than `longest`.
  Work Await(const std::stop_token& stop, std::chrono::milliseconds longest, bool listening,
             std::int64_t position);

  std::size_t count() const;
  std::int64_t head() const;

 private:
  const LiveLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::int64_t head_ = 0;
  bool listening_ = false;
  bool closed_ = false;
  std::uint64_t next_ = 1;
  std::unordered_map<std::uint64_t, std::string> places_;   // By number, whose.
  std::unordered_map<std::string, std::size_t> places_of_;  // By person.
  Work work_;
};

}  // namespace heirloom
