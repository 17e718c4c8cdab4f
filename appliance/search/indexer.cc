#include "appliance/search/indexer.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// While a generation is filled nobody sees it: commits only keep memory bounded.
constexpr std::size_t kFilledPerCommit = 2000;
constexpr milliseconds kLookAgain{1000};  // Should a commit hook ever get lost.
constexpr milliseconds kWatchEach{50};    // While somebody waits for what others do.
constexpr milliseconds kAfterFailure{1000};
constexpr milliseconds kLongestAfterFailure{15'000};
constexpr milliseconds kAskWhetherCalledOff{100};
constexpr std::chrono::hours kSweepEvery{1};
constexpr Time kTombstonesStay = Time::FromSeconds(7LL * 24 * 60 * 60);
// An epoch that no database has: what a generation holds while it is being filled.
constexpr std::string_view kFilling = "filling";

// The niceness of a thread of Linux: a process's own belongs to each thread apart.
void GiveWay() { (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 10); }

}  // namespace

Indexer::Indexer(Database& database, StoryFeedService& feed, StoryIndex& index, const Clock& clock,
                 IndexerTraits traits)
    : database_(database),
      projection_(feed, clock),
      index_(index),
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

Indexer::~Indexer() { Stop(); }

void Indexer::Start() {
  // Without the head of now only an index that is ahead of the head of then is noticed.
  if (const Status begun = continuity_.Begin(); !begun) {
    LogWarn("the head of the outbox could not be read", {{"reason", begun.error().message}});
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void Indexer::Stop() {
  stopping_ = true;
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

bool Indexer::WaitFor(const Position& position, milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const auto awaited = awaited_.insert(position.sequence);
  work_.notify_one();
  committed_.wait_for(lock, timeout, [&] {
    return !epoch_.empty() && (epoch_ != position.epoch || state_.committed >= position.sequence);
  });
  awaited_.erase(awaited);
  return epoch_ == position.epoch && state_.committed >= position.sequence;
}

IndexerState Indexer::State() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Indexer::Run(const std::stop_token& stop) {
  NameThisThread(
      traits_.thread.c_str());  // The benchmark tells its CPU from that of requests by it.
  if (traits_.in_background) GiveWay();
  milliseconds after_failure = kAfterFailure;
  while (!stop.stop_requested()) {
    const bool leads = Leads();
    const Status done = leads ? CatchUp(stop) : Watch();
    {
      const std::lock_guard lock(mutex_);
      state_.failure = done || stop.stop_requested() ? "" : done.error().message;
    }
    committed_.notify_all();
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
void Indexer::LogStandstill(const std::string& reason) {
  if (told_failure_ == reason) return;
  told_failure_ = reason;
  LogError("the " + traits_.name + " stands still", {{"reason", reason}});
}

tl::unexpected<Error> Indexer::CalledOff() const {
  return Fail(ErrorCode::kUnavailable, "building the " + traits_.name + " again was called off");
}

tl::unexpected<Error> Indexer::AnotherLeads() const {
  return Fail(ErrorCode::kConflict, "another process makes the " + traits_.name + " follow");
}

Status Indexer::CatchUp(const std::stop_token& stop) {
  if (!positioned_) {
    if (Status s = FindPosition(); !s) return s;
  }
  while (!stop.stop_requested() && Leads()) {
    if (Status s = TakeOverWhatWaits(); !s) return s;
    const auto more = Advance(index_, staged_);
    if (!more) return ErrorOf(more);
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

// Where others have brought it. What was staged here goes with the next commit, or never: who leads
// next goes on from what was committed.
Status Indexer::Watch() {
  positioned_ = false;
  dirty_ = false;
  const auto committed = index_.Committed();
  if (!committed) return ErrorOf(committed);
  const auto usable = continuity_.CanGoOn(*committed);
  if (!usable) return ErrorOf(usable);
  if (*usable) {
    staged_ = **committed;
    Publish();
  } else {
    NoteForeign();
  }
  return {};
}

void Indexer::NoteForeign() {
  const std::lock_guard lock(mutex_);
  state_.foreign = true;
  state_.committed = 0;
  epoch_.clear();
}

// Where to go on; an index that is of no use is built again first.
Status Indexer::FindPosition() {
  const auto committed = index_.Committed();
  if (!committed) return ErrorOf(committed);
  const auto usable = continuity_.CanGoOn(*committed);
  if (!usable) return ErrorOf(usable);
  if (*usable) {
    staged_ = **committed;
    Publish();
  } else {
    NoteForeign();
    LogInfo("the " + traits_.name + " is built from the truth");
    NoProgress progress;
    auto built = Build(progress);
    if (!built) return ErrorOf(built);
    if (Status s = TakeOver(*built); !s) return s;
  }
  positioned_ = true;
  return {};
}

// On whatever thread: it writes to nothing but the new generation.
Result<Indexer::Built> Indexer::Build(Progress& progress) {
  {
    const std::lock_guard lock(mutex_);
    if (state_.rebuilding) {
      return Fail(ErrorCode::kConflict, "the " + traits_.name + " is being built again already");
    }
    state_.rebuilding = true;
  }
  const auto build = [&]() -> Result<Built> {
    auto head = ReadOne(database_, [](Reader& reader) { return reader.Head(); });
    if (!head) return ErrorOf(head);
    const auto total = projection_.Count();
    if (!total) return ErrorOf(total);
    auto generation = index_.StartGeneration();
    if (!generation) return ErrorOf(generation);
    Built built{std::move(*generation), std::move(*head), 0};
    std::size_t staged = 0;
    const Status filled = projection_.All(
        [&](const std::vector<IndexOperation>& operations, std::int64_t read) -> Status {
          if (stopping_ || progress.Cancelled()) return CalledOff();
          if (Status s = built.generation->Apply(operations, {std::string(kFilling), 0}); !s) {
            return s;
          }
          staged += operations.size();
          if (staged >= kFilledPerCommit) {
            if (Status s = built.generation->Commit(); !s) return s;
            staged = 0;
          }
          built.stories = read;
          progress.Show("reading stories", read, std::max(*total, read));
          return {};
        });
    if (!filled) return ErrorOf(filled);
    // What changed while it was filled comes again as events after the head of then.
    if (Status s = built.generation->Apply({}, built.reached); !s) return ErrorOf(s);
    for (bool more = true; more;) {
      if (stopping_ || progress.Cancelled()) return CalledOff();
      const auto advanced = Advance(*built.generation, built.reached);
      if (!advanced) return ErrorOf(advanced);
      more = *advanced;
      progress.Show("following changes", 0, 0);
    }
    if (Status s = built.generation->Commit(); !s) return ErrorOf(s);
    return built;
  };
  auto built = build();
  const std::lock_guard lock(mutex_);
  state_.rebuilding = built.has_value();  // Until it is taken over.
  return built;
}

// On the thread: the generation goes on to where the index is, then takes its place.
Status Indexer::TakeOver(Built& built) {
  const auto take = [&]() -> Status {
    for (bool more = true; more || built.reached.sequence < staged_.sequence;) {
      const auto advanced = Advance(*built.generation, built.reached);
      if (!advanced) return ErrorOf(advanced);
      more = *advanced;
      if (stopping_) return CalledOff();
    }
    if (Status s = built.generation->Commit(); !s) return s;
    return index_.Adopt(std::move(built.generation));
  };
  const Status taken = take();
  {
    const std::lock_guard lock(mutex_);
    state_.rebuilding = false;
    if (taken) ++builds_;
  }
  if (!taken) return taken;
  staged_ = built.reached;
  Publish();
  LogInfo("the " + traits_.name + " was built again", {{"stories", std::to_string(built.stories)}});
  return {};
}

Status Indexer::TakeOverWhatWaits() {
  std::optional<Built> built;
  {
    const std::lock_guard lock(mutex_);
    built = std::exchange(waiting_, std::nullopt);
  }
  if (!built) return {};
  const Status taken = TakeOver(*built);
  {
    const std::lock_guard lock(mutex_);
    taken_ = taken;
  }
  committed_.notify_all();
  if (taken) return {};
  LogWarn("the " + traits_.name + " that was built again could not be put in place",
          {{"reason", taken.error().message}});
  return {};  // The old one goes on.
}

template <typename Target>
Result<bool> Indexer::Advance(Target& target, Position& position) {
  const auto events = database_.EventsAfter(position.sequence, traits_.events_at_once);
  if (!events) return ErrorOf(events);
  if (events->empty()) return false;
  // The position stays behind until all of it is staged.
  const Status followed =
      projection_.Follow(*events, [&](const std::vector<IndexOperation>& operations) {
        return target.Apply(operations, position);
      });
  if (!followed) return ErrorOf(followed);
  const Position reached{position.epoch, events->back().sequence};
  if (Status s = target.Apply({}, reached); !s) return ErrorOf(s);
  position = reached;
  if (&position == &staged_) dirty_ = true;
  return events->size() == static_cast<std::size_t>(traits_.events_at_once);
}

Result<std::int64_t> Indexer::Rebuild(Progress& progress) {
  const auto builds = [this] {
    const std::lock_guard lock(mutex_);
    return builds_;
  };
  const std::int64_t before = builds();
  if (!Leads()) return AnotherLeads();
  if (Status s = AwaitPosition(progress); !s) return ErrorOf(s);
  // An index that was of no use has just been built: that is what was asked for.
  if (builds() > before) return projection_.Count();
  auto built = Build(progress);
  if (!built) return ErrorOf(built);
  return HandOver(std::move(*built), progress);
}

// Until the thread knows where the index is; after Start that may take building it.
Status Indexer::AwaitPosition(Progress& progress) {
  std::unique_lock lock(mutex_);
  while (state_.foreign) {
    if (!state_.failure.empty()) return Fail(ErrorCode::kUnavailable, state_.failure);
    if (stopping_ || progress.Cancelled()) return CalledOff();
    if (!Leads()) return AnotherLeads();
    committed_.wait_for(lock, kAskWhetherCalledOff);
    progress.Show("building from the truth", 0, 0);
  }
  return {};
}

Result<std::int64_t> Indexer::HandOver(Built built, Progress& progress) {
  const std::int64_t stories = built.stories;
  std::unique_lock lock(mutex_);
  waiting_ = std::move(built);
  taken_.reset();
  work_.notify_one();
  while (!taken_) {
    committed_.wait_for(lock, kAskWhetherCalledOff);
    const bool called_off = stopping_ || progress.Cancelled();
    if (!waiting_ || (!called_off && Leads())) continue;
    waiting_.reset();  // Not begun: it can be taken back.
    state_.rebuilding = false;
    return called_off ? CalledOff() : AnotherLeads();
  }
  if (!*taken_) return ErrorOf(*taken_);
  return stories;
}

Status Indexer::SweepIfDue() {
  const auto now = steady_clock::now();
  if (now < next_sweep_) return {};
  const auto swept = index_.Sweep((clock_.Now() - kTombstonesStay).micros, State().committed);
  if (!swept) return ErrorOf(swept);
  // Full batches come one after the other, between others' events.
  if (*swept == 0) next_sweep_ = now + kSweepEvery;
  if (*swept > 0) dirty_ = true;
  return {};
}

Status Indexer::CommitIfDue(bool now) {
  if (!dirty_) return {};
  if (!now && steady_clock::now() - last_commit_ < traits_.commit_every) return {};
  return CommitNow();
}

Status Indexer::CommitNow() {
  if (Status s = index_.Commit(); !s) return s;
  Publish();
  return {};
}

// What is staged was committed.
void Indexer::Publish() {
  dirty_ = false;
  last_commit_ = steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    epoch_ = staged_.epoch;
    state_.committed = staged_.sequence;
    state_.head = std::max(state_.head, staged_.sequence);
    state_.foreign = false;
  }
  committed_.notify_all();
}

bool Indexer::SomebodyWaits() const {
  const auto next = awaited_.upper_bound(state_.committed);
  return next != awaited_.end() && *next <= staged_.sequence;
}

void Indexer::AwaitWork(const std::stop_token& stop, milliseconds longest) {
  std::unique_lock lock(mutex_);
  const bool failing = !state_.failure.empty();
  work_.wait_for(lock, stop, longest, [&] {
    return !failing && (state_.head > staged_.sequence || waiting_ || (dirty_ && SomebodyWaits()));
  });
}

// Between two looks at what others do.
void Indexer::AwaitAsker(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const bool asked = work_.wait_for(lock, stop, kLookAgain, [&] {
    return awaited_.upper_bound(state_.committed) != awaited_.end();
  });
  if (asked) work_.wait_for(lock, stop, kWatchEach, [] { return false; });
}

}  // namespace heirloom
