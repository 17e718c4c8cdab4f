#include "tests/contract/event_bus_history.h"

#include <algorithm>
#include <utility>

#include "tests/contract/event_bus_fixture.h"
#include "tests/support/seeded_random.h"

namespace heirloom::contract {
namespace {

using testing::SeededRandom;

constexpr std::chrono::seconds kHistoryPatience{120};
constexpr std::int64_t kDeleted = -1;
constexpr const char* kConsumers[] = {"alpha", "beta"};

// What a consumer does with an event.
struct Plan {
  int fails = 0;        // Attempts up to this one fail; kMaxAttempts: never managed.
  bool lapses = false;  // The first attempt is not answered.

  bool Poisons() const { return fails >= kMaxAttempts; }
  // How often it comes where nothing comes needlessly.
  int Attempts() const { return std::min(std::max(fails + 1, lapses ? 2 : 1), kMaxAttempts); }
};

struct Burst {
  std::vector<Event> events;
  std::vector<std::size_t> again;  // Of all so far, counted from 0; older behind newer.
  std::map<std::string, int> rounds;
};

struct History {
  std::vector<Burst> bursts;
  std::vector<Event> events;  // Of all bursts: the sequence is the index and 1.
  std::map<std::string, std::map<std::int64_t, Plan>> plans;
};

Plan RandomPlan(SeededRandom& random) {
  Plan plan;
  plan.lapses = random.Below(12) == 0;
  const auto fate = random.Below(20);
  if (fate < 2) plan.fails = kMaxAttempts;
  if (fate >= 2 && fate < 7) plan.fails = static_cast<int>(1 + random.Below(kMaxAttempts - 1));
  return plan;
}

History HistoryOf(std::uint64_t seed) {
  SeededRandom random(seed);
  History history;
  std::map<std::string, std::int64_t> versions;
  for (int i = 0; i < 8; ++i) {
    Burst burst;
    for (auto left = 1 + random.Below(12); left > 0; --left) {
      Event event = ChangeOf(static_cast<int>(random.Below(6)), 1, random.Below(3) ? "t1" : "t2");
      event.version = ++versions[event.tenant_id + event.subject];
      if (random.Below(6) == 0) event.type = "StoryDeleted";
      history.events.push_back(event);
      burst.events.push_back(std::move(event));
      const auto sequence = static_cast<std::int64_t>(history.events.size());
      for (const char* consumer : kConsumers) {
        history.plans[consumer][sequence] = RandomPlan(random);
      }
    }
    for (auto left = random.Below(5); left > 0; --left) {
      burst.again.push_back(random.Below(history.events.size()));
    }
    std::sort(burst.again.rbegin(), burst.again.rend());
    for (const char* consumer : kConsumers) {
      burst.rounds[consumer] = static_cast<int>(random.Below(4));
    }
    history.bursts.push_back(std::move(burst));
  }
  return history;
}

std::string ReasonAt(std::int64_t sequence, int attempt) {
  return "event " + std::to_string(sequence) + " at attempt " + std::to_string(attempt);
}

std::string LetterOf(std::int64_t sequence, const Event& event, int attempts,
                     const std::string& reason) {
  return std::to_string(sequence) + " " + event.tenant_id + " " + event.subject + " " +
         std::to_string(event.version) + " " + std::to_string(attempts) + " " + reason;
}

std::int64_t BeliefOf(const Event& event) {
  return event.type == "StoryDeleted" ? kDeleted : event.version;
}

// A consumer that keeps the rule of all of ours: what it did once it does not do again, and what is
// older than what it knows of a thing changes nothing.
class Follower {
 public:
  Follower(BusUnderTest& made, std::string name, const std::map<std::int64_t, Plan>& plans,
           std::uint64_t seed)
      : made_(made), bus_(made.Bus()), name_(std::move(name)), plans_(plans), random_(seed) {}

  // False when nothing came.
  bool Round(std::chrono::milliseconds wait) {
    const auto some = bus_.Receive(
        name_, {.max = 1 + random_.Below(10), .wait = wait, .lease = 600s, .stop = {}});
    INFO((some ? std::string() : some.error().message));
    REQUIRE(some);
    std::vector<Delivery> done;
    for (const Delivery& delivery : *some) {
      if (Answer(delivery)) done.push_back(delivery);
    }
    for (std::size_t i = 1; i < done.size(); ++i) std::swap(done[i], done[random_.Below(i + 1)]);
    REQUIRE(bus_.Ack(name_, done));
    return !some->empty();
  }

  bool HasAll() const { return followed_.done.size() + dead_.size() == plans_.size(); }

  BusOutcome::Followed Followed() {
    if (made_.KeepsOrder()) {
      for (const auto& [sequence, plan] : plans_) {
        INFO(name_ << ", event " << sequence);
        CHECK(times_[sequence] == plan.Attempts());
      }
    }
    return followed_;
  }

 private:
  // True: it is done with.
  bool Answer(const Delivery& delivery) {
    const std::int64_t sequence = delivery.event.position.sequence;
    INFO(name_ << ", event " << sequence << ", attempt " << delivery.attempt);
    REQUIRE(plans_.contains(sequence));
    ++times_[sequence];
    if (made_.KeepsOrder() && delivery.attempt == 1) {
      CHECK(sequence > newest_);
      newest_ = sequence;
    }
    const Plan& plan = plans_.at(sequence);
    if (plan.lapses && delivery.attempt == 1) {
      REQUIRE(bus_.Extend(name_, std::vector{delivery}, 1s));
      return false;
    }
    if (delivery.attempt <= plan.fails) {
      const auto fate = bus_.Fail(name_, delivery, ReasonAt(sequence, delivery.attempt), 0s);
      REQUIRE(fate);
      CHECK((*fate == Fate::kDeadLetter) == (delivery.attempt >= kMaxAttempts));
      if (*fate == Fate::kDeadLetter) dead_.insert(sequence);
      return false;
    }
    Do(delivery.event);
    return true;
  }

  void Do(const BusEvent& event) {
    const std::int64_t sequence = event.position.sequence;
    if (!followed_.done.insert(sequence).second) return;
    const std::string thing = event.event.tenant_id + " " + event.event.subject;
    if (sequence < known_[thing]) return;
    known_[thing] = sequence;
    followed_.believed[thing] = BeliefOf(event.event);
  }

  BusUnderTest& made_;
  EventBus& bus_;
  const std::string name_;
  const std::map<std::int64_t, Plan>& plans_;
  SeededRandom random_;
  BusOutcome::Followed followed_;
  std::map<std::string, std::int64_t> known_;  // The sequence of what is believed.
  std::map<std::int64_t, int> times_;
  std::set<std::int64_t> dead_;
  std::int64_t newest_ = 0;
};

void Publish(BusUnderTest& made, const Burst& burst, std::vector<BusEvent>& published) {
  for (BusEvent& event : made.Publish(burst.events)) {
    published.push_back(std::move(event));
    REQUIRE(published.back().position.sequence == static_cast<std::int64_t>(published.size()));
  }
  std::vector<BusEvent> again;
  for (const std::size_t index : burst.again) again.push_back(published[index]);
  REQUIRE(made.Bus().Publish(again));
}

void AddLetters(EventBus& bus, BusOutcome& outcome, std::size_t count) {
  for (const DeadLetter& letter :
       LettersOnceThere(bus, count, {.tenant_id = {}, .after = {}, .limit = kMaxDeadLetters})) {
    outcome.consumers[letter.consumer].letters.push_back(LetterOf(
        letter.event.position.sequence, letter.event.event, letter.attempts, letter.reason));
  }
}

}  // namespace

BusOutcome ExpectedOfBusHistory(std::uint64_t seed) {
  const History history = HistoryOf(seed);
  BusOutcome outcome;
  for (const auto& [consumer, plans] : history.plans) {
    BusOutcome::Followed& followed = outcome.consumers[consumer];
    for (const auto& [sequence, plan] : plans) {
      const Event& event = history.events[static_cast<std::size_t>(sequence) - 1];
      if (plan.Poisons()) {
        followed.letters.push_back(
            LetterOf(sequence, event, kMaxAttempts, ReasonAt(sequence, kMaxAttempts)));
        continue;
      }
      followed.done.insert(sequence);
      followed.believed[event.tenant_id + " " + event.subject] = BeliefOf(event);
    }
  }
  return outcome;
}

BusOutcome PlayBusHistory(BusUnderTest& made, std::uint64_t seed) {
  const History history = HistoryOf(seed);
  std::map<std::string, Follower> followers;
  std::size_t letters = 0;
  for (const auto& [consumer, plans] : history.plans) {
    followers.try_emplace(consumer, made, consumer, plans, seed);
    for (const auto& [sequence, plan] : plans) letters += plan.Poisons() ? 1 : 0;
  }
  std::vector<BusEvent> published;
  for (const Burst& burst : history.bursts) {
    Publish(made, burst, published);
    for (auto& [consumer, follower] : followers) {
      for (int round = burst.rounds.at(consumer); round > 0; --round) follower.Round(0ms);
    }
  }
  BusOutcome outcome;
  for (auto& [consumer, follower] : followers) {
    const auto give_up_at = std::chrono::steady_clock::now() + kHistoryPatience;
    // Copies may still be under way when all is done; the last leases end within a second.
    while (follower.Round(2s) || !follower.HasAll()) {
      INFO(consumer);
      REQUIRE(std::chrono::steady_clock::now() < give_up_at);
    }
    outcome.consumers[consumer] = follower.Followed();
  }
  AddLetters(made.Bus(), outcome, letters);
  return outcome;
}

}  // namespace heirloom::contract
