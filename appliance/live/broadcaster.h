#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "appliance/live/audiences.h"
#include "appliance/live/event_facts.h"
#include "appliance/live/live_limits.h"

namespace heirloom {

// Follows the outbox and passes events on to those who may hear of them. What it decides by is read
// in the snapshot that the events come from; whoever lost a session, a token or a membership up to
// that snapshot is dealt with before the first event of it is sent.
// One thread alone uses it, but for position() and sent().
class Broadcaster {
 public:
  Broadcaster(Database& database, const Clock& clock, const LiveLimits& limits);

  // Takes in streams that were opened, and makes up for what happened since. Their credential must
  // still be good; else they are closed. After a failure they wait for the next call.
  Status Admit(std::vector<std::unique_ptr<Subscriber>> joins);
  void Dismiss(const std::vector<std::uint64_t>& numbers);
  // Passes on all events there are.
  Status Follow(const std::stop_token& stop);
  // Sends a sign of life to those whose turn it is, and closes what expired. To be called about
  // each tick().
  void Tick();
  void CloseAll();

  bool listening() const { return audiences_.size() > 0; }
  std::chrono::milliseconds tick() const;
  std::int64_t position() const { return position_; }
  std::uint64_t sent() const { return sent_; }

 private:
  struct Arrival;  // What is true for those who join.
  struct Batch;

  Status ReadArrival(Reader& reader, Arrival& arrival) const;
  void TakeIn(std::unique_ptr<Subscriber> subscriber, const Arrival& arrival);
  Status ReadBatch(Reader& reader, Batch& batch);
  Status ApplyAccess(Reader& reader, const std::vector<StoredEvent>& changes);
  void CloseEnded(const std::set<Id>& credentials);
  bool Concerns(const Event& event) const;
  void Deliver(const StoredEvent& stored, const FactsOfEvent& facts);
  void Offer(Subscriber& subscriber, std::optional<Role> role, const StoredEvent& stored,
             const FactsOfEvent& facts, std::string& frame);

  Database& database_;
  const Clock& clock_;
  const LiveLimits limits_;

  Audiences audiences_;
  std::vector<std::unique_ptr<Subscriber>> pending_;
  std::string epoch_;
  std::atomic<std::int64_t> position_{0};
  std::int64_t access_seen_ = 0;  // Changes of access up to here were applied.
  std::atomic<std::uint64_t> sent_{0};
  std::uint64_t beat_ = 0;
  std::chrono::steady_clock::time_point next_beat_;
};

}  // namespace heirloom
