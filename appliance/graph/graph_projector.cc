#include "appliance/graph/graph_projector.h"

#include <algorithm>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kEventsAtOnce = 256;
constexpr std::size_t kAppliedAtOnce = 4'000;
constexpr milliseconds kLookAgain{1000};  // Should a commit hook ever get lost.
constexpr milliseconds kAfterFailure{1000};
constexpr milliseconds kLongestAfterFailure{60'000};
constexpr milliseconds kAskWhetherCalledOff{100};
constexpr std::chrono::hours kSweepEvery{1};
constexpr Time kTombstonesStay = Time::FromSeconds(7LL * 24 * 60 * 60);

tl::unexpected<Error> AnotherLeads() {
  return Fail(ErrorCode::kConflict, "another process makes the graph follow");
}

tl::unexpected<Error> CalledOff() {
  return Fail(ErrorCode::kUnavailable, "building the graph again was called off");
}

}  // namespace

GraphProjector::GraphProjector(Database& database, Open open, const Clock& clock, bool alone,
                               std::function<bool()> leads)
    : database_(database),
      open_(std::move(open)),
      projection_(database, clock),
      clock_(clock),
      leads_(std::move(leads)),
      continuity_(database, alone) {
  subscription_ = database_.OnCommit([this](std::int64_t head) {
    {
      const std::lock_guard lock(mutex_);
      state_.head = std::max(state_.head, head);
    }
    work_.notify_one();
  });
}

GraphProjector::~GraphProjector() { Stop(); }

void GraphProjector::Start() {
  // Without the head of now only a graph that is ahead of the head of then is noticed.
  if (const Status begun = continuity_.Begin(); !begun) {
    LogWarn("the head of the outbox could not be read", {{"reason", begun.error().message}});
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void GraphProjector::Stop() {
  stopping_ = true;
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

bool GraphProjector::WaitFor(const Position& position, milliseconds timeout) {
  std::unique_lock lock(mutex_);
  moved_.wait_for(lock, timeout, [&] {
    return !epoch_.empty() && (epoch_ != position.epoch || state_.reached >= position.sequence);
  });
  return epoch_ == position.epoch && state_.reached >= position.sequence;
}

Result<GraphStore*> GraphProjector::Store() const {
  const std::lock_guard lock(mutex_);
  if (store_) return store_.get();
  return FailForNow(ErrorCode::kUnavailable,
                    state_.failure.empty() ? "the graph is just being opened" : state_.failure, 1);
}

GraphState GraphProjector::State() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void GraphProjector::Run(const std::stop_token& stop) {
  NameThisThread("graph");
  milliseconds after_failure = kAfterFailure;
  while (!stop.stop_requested()) {
    const bool leads = Leads();
    const Status done = leads ? CatchUp(stop) : Watch();
    const bool failed = !done && !stop.stop_requested();
    {
      const std::lock_guard lock(mutex_);
      state_.failure = failed ? done.error().message : "";
    }
    moved_.notify_all();
    if (failed) {
      LogError("the graph stands still", {{"reason", done.error().message}});
      positioned_ = false;
    }
    AwaitWork(stop, failed ? after_failure : kLookAgain, leads);
    after_failure = failed ? std::min(after_failure * 2, kLongestAfterFailure) : kAfterFailure;
  }
}

Status GraphProjector::CatchUp(const std::stop_token& stop) {
  if (!Store()) {
    if (Status s = OpenStore(); !s) return s;
  }
  if (!positioned_) {
    if (Status s = FindPosition(); !s) return s;
  }
  for (bool more = true; more && !stop.stop_requested() && Leads();) {
    const auto followed = FollowSome();
    if (!followed) return ErrorOf(followed);
    more = *followed;
  }
  return SweepIfDue();
}

// The position goes with the last of what its events brought: one write for what is little.
Result<bool> GraphProjector::FollowSome() {
  const std::lock_guard lock(following_);
  Position position = reached_;
  std::vector<GraphOperation> pending;
  const auto advanced = Advance(
      [&](const std::vector<GraphOperation>& operations) -> Status {
        if (pending.size() + operations.size() > kAppliedAtOnce) {
          if (Status s = store_->Apply(std::exchange(pending, {}), reached_); !s) return s;
        }
        pending.insert(pending.end(), operations.begin(), operations.end());
        return {};
      },
      position);
  if (!advanced) return ErrorOf(advanced);
  if (position == reached_) return false;
  if (Status s = store_->Apply(pending, position); !s) return ErrorOf(s);
  reached_ = position;
  Publish(reached_);
  return *advanced;
}

Status GraphProjector::OpenStore() {
  auto opened = open_();
  if (!opened) return ErrorOf(opened);
  const std::lock_guard lock(mutex_);
  store_ = std::move(*opened);
  return {};
}

// Where others have brought it.
Status GraphProjector::Watch() {
  positioned_ = false;
  if (!Store()) {
    if (Status s = OpenStore(); !s) return s;
  }
  const auto at = store_->Reached();
  if (!at) return ErrorOf(at);
  const auto usable = continuity_.CanGoOn(*at);
  if (!usable) return ErrorOf(usable);
  if (*usable) {
    Publish(**at);
  } else {
    NoteForeign();
  }
  return {};
}

void GraphProjector::NoteForeign() {
  const std::lock_guard lock(mutex_);
  state_.foreign = true;
  state_.reached = 0;
  epoch_.clear();
}

// Where to go on; a graph that is of no use is built again first.
Status GraphProjector::FindPosition() {
  const auto at = store_->Reached();
  if (!at) return ErrorOf(at);
  const auto usable = continuity_.CanGoOn(*at);
  if (!usable) return ErrorOf(usable);
  if (*usable) {
    const std::lock_guard lock(following_);
    reached_ = **at;
    Publish(reached_);
  } else {
    NoteForeign();
    LogInfo("the graph is built from the truth");
    NoProgress progress;
    if (const auto built = Build(progress); !built) return ErrorOf(built);
  }
  positioned_ = true;
  return {};
}

// On whatever thread: until the end it writes to nothing but the new generation.
Result<std::int64_t> GraphProjector::Build(Progress& progress) {
  {
    const std::lock_guard lock(mutex_);
    if (state_.rebuilding) {
      return Fail(ErrorCode::kConflict, "the graph is being built again already");
    }
    state_.rebuilding = true;
  }
  const auto build = [&]() -> Result<std::int64_t> {
    auto position = ReadOne(database_, [](Reader& reader) { return reader.Head(); });
    if (!position) return ErrorOf(position);
    const auto total = projection_.Count();
    if (!total) return ErrorOf(total);
    auto generation = store_->StartGeneration();
    if (!generation) return ErrorOf(generation);
    std::int64_t rows = 0;
    const Status filled = projection_.All(
        [&](const std::vector<GraphOperation>& operations, std::int64_t read) -> Status {
          if (stopping_ || progress.Cancelled()) return CalledOff();
          rows = read;
          progress.Show("reading stories and members", read, std::max(*total, read));
          return (*generation)->Apply(operations);
        });
    if (!filled) return ErrorOf(filled);
    const GraphProjection::Take take = [&](const std::vector<GraphOperation>& operations) {
      return (*generation)->Apply(operations);
    };
    // What changed while it was filled comes again as events after the head of then; first while
    // the old one is followed, and the little that is left while nobody is.
    if (Status s = FollowUntilHead(take, *position, progress); !s) return ErrorOf(s);
    const std::lock_guard lock(following_);
    if (Status s = FollowUntilHead(take, *position, progress); !s) return ErrorOf(s);
    if (Status s = store_->Adopt(std::move(*generation), *position); !s) return ErrorOf(s);
    reached_ = *position;
    NoteBuilt(true);  // Before anybody hears of it: who waited for this may build again at once.
    Publish(reached_);
    return rows;
  };
  const auto built = build();
  if (!built) NoteBuilt(false);
  if (built) LogInfo("the graph was built again", {{"rows", std::to_string(*built)}});
  return built;
}

void GraphProjector::NoteBuilt(bool in_place) {
  const std::lock_guard lock(mutex_);
  state_.rebuilding = false;
  if (in_place) ++builds_;
}

Status GraphProjector::FollowUntilHead(const GraphProjection::Take& take, Position& position,
                                       Progress& progress) {
  for (bool more = true; more;) {
    if (stopping_ || progress.Cancelled()) return CalledOff();
    const auto advanced = Advance(take, position);
    if (!advanced) return ErrorOf(advanced);
    more = *advanced;
    progress.Show("following changes", 0, 0);
  }
  return {};
}

Result<bool> GraphProjector::Advance(const GraphProjection::Take& take, Position& position) {
  const auto events = database_.EventsAfter(position.sequence, kEventsAtOnce);
  if (!events) return ErrorOf(events);
  if (events->empty()) return false;
  if (Status s = projection_.Follow(*events, take); !s) return ErrorOf(s);
  position.sequence = events->back().sequence;
  return events->size() == static_cast<std::size_t>(kEventsAtOnce);
}

Result<std::int64_t> GraphProjector::Rebuild(Progress& progress) {
  const auto builds = [this] {
    const std::lock_guard lock(mutex_);
    return builds_;
  };
  const std::int64_t before = builds();
  if (!Leads()) return AnotherLeads();
  if (const auto ready = AwaitPosition(progress); !ready) return ErrorOf(ready);
  // One that was of no use has just been built: that is what was asked for.
  if (builds() > before) return projection_.Count();
  return Build(progress);
}

// Until the thread knows where the graph is; after Start that may take building it.
Result<std::int64_t> GraphProjector::AwaitPosition(Progress& progress) {
  std::unique_lock lock(mutex_);
  while (state_.foreign) {
    if (!state_.failure.empty()) return Fail(ErrorCode::kUnavailable, state_.failure);
    if (stopping_ || progress.Cancelled()) return CalledOff();
    if (!Leads()) return AnotherLeads();
    moved_.wait_for(lock, kAskWhetherCalledOff);
    progress.Show("building from the truth", 0, 0);
  }
  return builds_;
}

Status GraphProjector::SweepIfDue() {
  const auto now = steady_clock::now();
  if (now < next_sweep_) return {};
  const auto swept = store_->Sweep((clock_.Now() - kTombstonesStay).micros, State().reached);
  if (!swept) return ErrorOf(swept);
  // Full batches come one after the other, between others' events.
  if (*swept == 0) next_sweep_ = now + kSweepEvery;
  return {};
}

void GraphProjector::Publish(const Position& reached) {
  {
    const std::lock_guard lock(mutex_);
    epoch_ = reached.epoch;
    state_.reached = reached.sequence;
    state_.head = std::max(state_.head, reached.sequence);
    state_.foreign = false;
    state_.failure.clear();  // Who waited for this must not read what was wrong before it.
  }
  moved_.notify_all();
}

// `leads`: else what is committed is nothing to do here.
void GraphProjector::AwaitWork(const std::stop_token& stop, milliseconds longest, bool leads) {
  std::unique_lock lock(mutex_);
  const bool idle = !leads || !state_.failure.empty();
  work_.wait_for(lock, stop, longest, [&] { return !idle && state_.head > state_.reached; });
}

}  // namespace heirloom
