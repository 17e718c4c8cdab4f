#include "appliance/projection/follower.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLookAgain{1000};  // Should a commit hook ever get lost.
constexpr milliseconds kWatchEach{50};    // While somebody waits for what others do.
constexpr milliseconds kAfterFailure{1000};
constexpr milliseconds kLongestAfterFailure{15'000};
constexpr std::chrono::hours kSweepEvery{1};
constexpr Time kTombstonesStay = Time::FromSeconds(7LL * 24 * 60 * 60);

// The niceness of a thread of Linux: a process's own belongs to each thread apart.
void GiveWay() { (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 10); }

}  // namespace

Follower::Follower(Database& database, Projected& projected, const Clock& clock,
                   FollowerTraits traits)
    : database_(database),
      projected_(projected),
      clock_(clock),
      traits_(std::move(traits)),
      continuity_(database, traits_.alone) {
  subscription_ = database_.OnCommit([this](std::int64_t head) {
    {
      const std::lock_guard lock(mutex_);
      state_.head = std::max(state_.head, head);
    }
    work_.notify_one();
  });
}

Follower::~Follower() { Stop(); }

void Follower::Start() {
  // Without the head of now only an index that is ahead of the head of then is noticed.
  if (const Status begun = continuity_.Begin(); !begun) {
    LogWarn("the head of the outbox could not be read", {{"reason", begun.error().message}});
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void Follower::Stop() {
  stopping_ = true;
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

bool Follower::WaitFor(const Position& position, milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const auto awaited = awaited_.insert(position.sequence);
  work_.notify_one();
  moved_.wait_for(lock, timeout, [&] {
    return !epoch_.empty() && (epoch_ != position.epoch || state_.reached >= position.sequence);
  });
  awaited_.erase(awaited);
  return epoch_ == position.epoch && state_.reached >= position.sequence;
}

FollowerState Follower::State() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Follower::Run(const std::stop_token& stop) {
  // The benchmark tells its CPU from that of requests by it.
  NameThisThread(traits_.thread.c_str());
  if (traits_.in_background) GiveWay();
  milliseconds after_failure = kAfterFailure;
  while (!stop.stop_requested()) {
    const bool leads = Leads();
    const Status done = leads ? CatchUp(stop) : Watch();
    {
      const std::lock_guard lock(mutex_);
      state_.failure = done || stop.stop_requested() ? "" : done.error().message;
    }
    moved_.notify_all();
    if (done) {
      after_failure = kAfterFailure;
      told_failure_.clear();
    } else if (!stop.stop_requested()) {
      LogStandstill(done.error().message);
      positioned_ = false;
    }
    const auto until_commit = std::chrono::duration_cast<milliseconds>(
        last_commit_ + traits_.commit_every - steady_clock::now());
    if (done && !leads) {
      AwaitAsker(stop);
    } else {
      AwaitWork(stop, !done ? after_failure : dirty_ ? until_commit : kLookAgain);
    }
    if (!done) after_failure = std::min(after_failure * 2, kLongestAfterFailure);
  }
  if (dirty_ && positioned_) {
    if (const Status done = CommitNow(); !done) {
      LogWarn("the " + traits_.name + " could not be committed at the end; it goes on from before",
              {{"reason", done.error().message}});
    }
  }
}

// Once for each reason, however often it is tried again.
void Follower::LogStandstill(const std::string& reason) {
  if (told_failure_ == reason) return;
  told_failure_ = reason;
  LogError("the " + traits_.name + " stands still", {{"reason", reason}});
}

Status Follower::CatchUp(const std::stop_token& stop) {
  if (!positioned_) {
    if (Status s = FindPosition(); !s) return s;
  }
  while (!stop.stop_requested() && Leads()) {
    if (Status s = TakeOverWhatWaits(); !s) return s;
    const std::int64_t before = taken_.sequence;
    const auto more = Advance(projected_, taken_);
    if (!more) return ErrorOf(more);
    dirty_ = dirty_ || taken_.sequence != before;
    if (Status s = SweepIfDue(); !s) return s;
    bool wanted = false;
    {
      const std::lock_guard lock(mutex_);
      wanted = SomebodyWaits();
    }
    if (Status s = CommitIfDue(wanted && !*more); !s) return s;
    if (!*more) return {};
  }
  return {};
}

// Where others have brought it. What was taken here goes with the next commit, or never: who leads
// next goes on from what was committed.
Status Follower::Watch() {
  positioned_ = false;
  dirty_ = false;
  const auto usable = LookUp();
  if (!usable) return ErrorOf(usable);
  return {};
}

// Where to go on; what is of no use is built again first.
Status Follower::FindPosition() {
  const auto usable = LookUp();
  if (!usable) return ErrorOf(usable);
  if (!*usable) {
    LogInfo("the " + traits_.name + " is built from the truth");
    NoProgress progress;
    auto built = Build(progress);
    if (!built) return ErrorOf(built);
    if (Status s = TakeOver(*built); !s) return s;
  }
  positioned_ = true;
  return {};
}

Result<bool> Follower::LookUp() {
  if (Status s = projected_.Open(); !s) return ErrorOf(s);
  const auto reached = projected_.Reached();
  if (!reached) return ErrorOf(reached);
  const auto usable = continuity_.CanGoOn(*reached);
  if (!usable) return ErrorOf(usable);
  if (*usable) {
    taken_ = **reached;
    Publish();
  } else {
    NoteForeign();
  }
  return *usable;
}

void Follower::NoteForeign() {
  const std::lock_guard lock(mutex_);
  state_.foreign = true;
  state_.reached = 0;
  epoch_.clear();
}

Status Follower::SweepIfDue() {
  const auto now = steady_clock::now();
  if (now < next_sweep_) return {};
  const auto swept = projected_.Sweep(clock_.Now() - kTombstonesStay, State().reached);
  if (!swept) return ErrorOf(swept);
  // Full batches come one after the other, between others' events.
  if (*swept == 0) next_sweep_ = now + kSweepEvery;
  if (*swept > 0) dirty_ = true;
  return {};
}

Status Follower::CommitIfDue(bool now) {
  if (!dirty_) return {};
  if (!now && steady_clock::now() - last_commit_ < traits_.commit_every) return {};
  return CommitNow();
}

Status Follower::CommitNow() {
  if (Status s = projected_.Commit(); !s) return s;
  Publish();
  return {};
}

// What was taken was committed.
void Follower::Publish() {
  dirty_ = false;
  last_commit_ = steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    epoch_ = taken_.epoch;
    state_.reached = taken_.sequence;
    state_.head = std::max(state_.head, taken_.sequence);
    state_.foreign = false;
    state_.failure.clear();  // Who waited for this must not read what was wrong before it.
  }
  moved_.notify_all();
}

bool Follower::SomebodyWaits() const {
  const auto next = awaited_.upper_bound(state_.reached);
  return next != awaited_.end() && *next <= taken_.sequence;
}

void Follower::AwaitWork(const std::stop_token& stop, milliseconds longest) {
  std::unique_lock lock(mutex_);
  const bool failing = !state_.failure.empty();
  work_.wait_for(lock, stop, longest, [&] {
    return !failing && (state_.head > taken_.sequence || waiting_ || (dirty_ && SomebodyWaits()));
  });
}

// Between two looks at what others do.
void Follower::AwaitAsker(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const bool asked = work_.wait_for(lock, stop, kLookAgain, [&] {
    return awaited_.upper_bound(state_.reached) != awaited_.end();
  });
  if (asked) work_.wait_for(lock, stop, kWatchEach, [] { return false; });
}

}  // namespace heirloom
