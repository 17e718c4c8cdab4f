#include <algorithm>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/projection/follower.h"

namespace heirloom {
namespace {

constexpr std::chrono::milliseconds kAskWhetherCalledOff{100};

}  // namespace

tl::unexpected<Error> Follower::CalledOff() const {
  return Fail(ErrorCode::kUnavailable, "building the " + traits_.name + " again was called off");
}

tl::unexpected<Error> Follower::AnotherLeads() const {
  return Fail(ErrorCode::kConflict, "another process makes the " + traits_.name + " follow");
}

std::int64_t Follower::Builds() const {
  const std::lock_guard lock(mutex_);
  return builds_;
}

template <typename Target>
Result<bool> Follower::Advance(Target& target, Position& position) {
  const auto events = database_.EventsAfter(position.sequence, traits_.events_at_once);
  if (!events) return ErrorOf(events);
  if (events->empty()) return false;
  const Position after{position.epoch, events->back().sequence};
  if (Status s = target.Take(*events, position, after); !s) return ErrorOf(s);
  position = after;
  return events->size() == static_cast<std::size_t>(traits_.events_at_once);
}
template Result<bool> Follower::Advance(Projected& target, Position& position);

// On whatever thread: it writes to nothing but the new generation.
Result<Follower::Built> Follower::Build(Progress& progress) {
  {
    const std::lock_guard lock(mutex_);
    if (state_.rebuilding) {
      return Fail(ErrorCode::kConflict, "the " + traits_.name + " is being built again already");
    }
    state_.rebuilding = true;
  }
  auto built = BuildBeside(progress);
  const std::lock_guard lock(mutex_);
  state_.rebuilding = built.has_value();  // Until it is taken over.
  return built;
}

Result<Follower::Built> Follower::BuildBeside(Progress& progress) {
  auto head = ReadOne(database_, [](Reader& reader) { return reader.Head(); });
  if (!head) return ErrorOf(head);
  const auto total = projected_.Count();
  if (!total) return ErrorOf(total);
  auto generation = projected_.StartGeneration();
  if (!generation) return ErrorOf(generation);
  Built built{std::move(*generation), std::move(*head), 0};
  const auto show = [&](std::int64_t read) -> Status {
    if (stopping_ || progress.Cancelled()) return CalledOff();
    built.rows = read;
    progress.Show(traits_.reading, read, std::max(*total, read));
    return {};
  };
  if (Status s = built.generation->Fill(built.reached, show); !s) return ErrorOf(s);
  for (bool more = true; more;) {
    if (stopping_ || progress.Cancelled()) return CalledOff();
    const auto advanced = Advance(*built.generation, built.reached);
    if (!advanced) return ErrorOf(advanced);
    more = *advanced;
    progress.Show("following changes", 0, 0);
  }
  if (Status s = built.generation->Settle(); !s) return ErrorOf(s);
  return built;
}

// On the thread: the generation goes on to where the old one is, then takes its place.
Status Follower::TakeOver(Built& built) {
  const auto take = [&]() -> Status {
    for (bool more = true; more || built.reached.sequence < taken_.sequence;) {
      const auto advanced = Advance(*built.generation, built.reached);
      if (!advanced) return ErrorOf(advanced);
      more = *advanced;
      if (stopping_) return CalledOff();
    }
    if (Status s = built.generation->Settle(); !s) return s;
    return built.generation->Adopt(built.reached);
  };
  const Status taken = take();
  {
    const std::lock_guard lock(mutex_);
    state_.rebuilding = false;
    if (taken) ++builds_;
  }
  if (!taken) return taken;
  taken_ = built.reached;
  Publish();
  LogInfo("the " + traits_.name + " was built again", {{"rows", std::to_string(built.rows)}});
  return {};
}

Status Follower::TakeOverWhatWaits() {
  std::optional<Built> built;
  {
    const std::lock_guard lock(mutex_);
    built = std::exchange(waiting_, std::nullopt);
  }
  if (!built) return {};
  const Status taken = TakeOver(*built);
  {
    const std::lock_guard lock(mutex_);
    taken_over_ = taken;
  }
  moved_.notify_all();
  if (taken) return {};
  LogWarn("the " + traits_.name + " that was built again could not be put in place",
          {{"reason", taken.error().message}});
  return {};  // The old one goes on.
}

Result<std::int64_t> Follower::Rebuild(Progress& progress) {
  const std::int64_t before = Builds();
  if (!Leads()) return AnotherLeads();
  if (Status s = AwaitPosition(progress); !s) return ErrorOf(s);
  // One that was of no use has just been built: that is what was asked for.
  if (Builds() > before) return projected_.Count();
  auto built = Build(progress);
  if (!built) return ErrorOf(built);
  return HandOver(std::move(*built), progress);
}

// Until the thread knows where it is; after Start that may take building it.
Status Follower::AwaitPosition(Progress& progress) {
  std::unique_lock lock(mutex_);
  while (state_.foreign) {
    if (!state_.failure.empty()) return Fail(ErrorCode::kUnavailable, state_.failure);
    if (stopping_ || progress.Cancelled()) return CalledOff();
    if (!Leads()) return AnotherLeads();
    moved_.wait_for(lock, kAskWhetherCalledOff);
    progress.Show("building from the truth", 0, 0);
  }
  return {};
}

Result<std::int64_t> Follower::HandOver(Built built, Progress& progress) {
  const std::int64_t rows = built.rows;
  std::unique_lock lock(mutex_);
  waiting_ = std::move(built);
  taken_over_.reset();
  work_.notify_one();
  while (!taken_over_) {
    moved_.wait_for(lock, kAskWhetherCalledOff);
    const bool called_off = stopping_ || progress.Cancelled();
    if (!waiting_ || (!called_off && Leads())) continue;
    waiting_.reset();  // Not begun: it can be taken back.
    state_.rebuilding = false;
    return called_off ? CalledOff() : AnotherLeads();
  }
  if (!*taken_over_) return ErrorOf(*taken_over_);
  return rows;
}

}  // namespace heirloom
