#include <string>
#include <vector>

#include "tests/contract/event_bus_fixture.h"

namespace heirloom::contract {

void CheckEventBusDeadLetters(const OpenBus& open) {
  const auto made = open();
  EventBus& bus = made->Bus();

  SECTION("what failed comes again, after a while") {
    made->Publish({ChangeOf(1)});
    const Delivery first = TakeOne(bus, "alpha");
    CHECK(bus.Fail("alpha", first, "not now", 1s).value() == Fate::kAgain);
    CHECK(bus.Receive("alpha", {.max = 10, .lease = 60s, .stop = {}}).value().empty());
    const Delivery again = TakeOne(bus, "alpha");
    CHECK(again.attempt == 2);
    CHECK(again.event == first.event);
    REQUIRE(bus.Ack("alpha", std::vector{again}));
    CHECK(bus.DeadLetters({}).value().empty());
  }

  SECTION("the fifth failure makes a dead letter with its reason, and the others pass it") {
    const auto published = made->Publish({ChangeOf(1, 3)});
    const Delivery last = Poison(bus, "alpha", "no such\nroom \xff");
    CHECK(last.attempt == kMaxAttempts);
    const auto letters = LettersOnceThere(bus, 1);
    CHECK(letters[0].consumer == "alpha");
    CHECK(letters[0].event == published[0]);
    CHECK(letters[0].attempts == kMaxAttempts);
    CHECK(letters[0].reason == "no such room \uFFFD 5");
    CHECK(letters[0].since.micros > 0);
    CHECK(letters[0].id == DeadLetterId("alpha", published[0].position));

    const auto next = made->Publish({ChangeOf(1, 4)});
    CHECK(TakeOne(bus, "alpha").event == next[0]);
    CHECK(SequencesOf(Take(bus, "beta", 2)).size() == 2);
  }

  SECTION("a worker that never answers spends attempts too") {
    made->Publish({ChangeOf(1)});
    for (int attempt = 1; attempt <= kMaxAttempts; ++attempt) {
      CHECK(TakeOne(bus, "alpha", 1s).attempt == attempt);
    }
    // Whoever asks next finds the last lease over.
    const auto give_up_at = std::chrono::steady_clock::now() + kBusPatience;
    std::vector<DeadLetter> letters;
    while (letters.empty() && std::chrono::steady_clock::now() < give_up_at) {
      CHECK(bus.Receive("alpha", {.max = 1, .wait = 1s, .lease = 60s, .stop = {}}).value().empty());
      letters = bus.DeadLetters({}).value();
    }
    REQUIRE(letters.size() == 1);
    CHECK_FALSE(letters[0].reason.empty());
    CHECK(letters[0].attempts == kMaxAttempts);
  }

  SECTION("a dead letter that is redriven is given anew, and is gone when it is done") {
    const auto published = made->Publish({ChangeOf(1)});
    Poison(bus, "alpha", "broken");
    const std::string id = LettersOnceThere(bus, 1)[0].id;
    CHECK(bus.FindDeadLetter(id, std::nullopt).value().reason == "broken 5");
    REQUIRE(bus.Redrive(id, std::nullopt));
    CHECK(BusCodeOf(bus.Redrive(id, std::nullopt)) == ErrorCode::kNotFound);
    const Delivery again = TakeOne(bus, "alpha");
    CHECK(again.event == published[0]);
    CHECK(again.attempt == 1);
    REQUIRE(bus.Ack("alpha", std::vector{again}));
    CHECK(bus.DeadLetters({}).value().empty());
    CHECK(Take(bus, "beta", 1).size() == 1);
  }

  SECTION("a dead letter that fails again is one again, with the new reason") {
    made->Publish({ChangeOf(1)});
    Poison(bus, "alpha", "broken");
    REQUIRE(bus.Redrive(LettersOnceThere(bus, 1)[0].id, std::nullopt));
    Poison(bus, "alpha", "still broken");
    CHECK(LettersOnceThere(bus, 1)[0].reason == "still broken 5");
  }

  SECTION("dead letters are listed by consumer and sequence, page by page, for one tenant or all") {
    const auto published =
        made->Publish({ChangeOf(1, 1, "t1"), ChangeOf(1, 2, "t2"), ChangeOf(2, 1, "t1")});
    for (const char* consumer : {"beta", "alpha"}) {
      for (int attempt = 1; attempt <= kMaxAttempts; ++attempt) {
        for (const Delivery& delivery : Take(bus, consumer, 3, true, 600s)) {
          REQUIRE(bus.Fail(consumer, delivery, "broken", 0s));
        }
      }
    }
    std::vector<std::string> expected;
    for (const char* consumer : {"alpha", "beta"}) {
      for (const BusEvent& event : published) {
        expected.push_back(DeadLetterId(consumer, event.position));
      }
    }
    std::vector<std::string> all;
    for (const DeadLetter& letter : LettersOnceThere(bus, 6)) all.push_back(letter.id);
    CHECK(all == expected);

    std::vector<std::string> paged;
    for (std::string after;;) {
      const auto page = bus.DeadLetters({.tenant_id = {}, .after = after, .limit = 4}).value();
      if (page.empty()) break;
      for (const DeadLetter& letter : page) paged.push_back(letter.id);
      after = paged.back();
    }
    CHECK(paged == expected);

    const auto theirs = LettersOnceThere(bus, 2, {.tenant_id = "t2", .after = {}, .limit = 50});
    for (const DeadLetter& letter : theirs) CHECK(letter.event.event.tenant_id == "t2");
    const std::string ours = expected[0];
    CHECK(BusCodeOf(bus.FindDeadLetter(ours, "t2")) == ErrorCode::kNotFound);
    CHECK(BusCodeOf(bus.Redrive(ours, "t2")) == ErrorCode::kNotFound);
    CHECK(bus.FindDeadLetter(ours, "t1").value().id == ours);

    const auto counts = bus.Counts().value();
    REQUIRE(counts.size() == 2);
    CHECK(counts[0].consumer == "alpha");
    CHECK(counts[1].consumer == "beta");
    CHECK(counts[1].dead == 3);
  }

  SECTION("what is no dead letter is not found") {
    for (const char* id : {"", "alpha", "alpha.x", "alpha.epoch.7", "gamma.epoch.7", "../x.y.1"}) {
      INFO(id);
      CHECK(BusCodeOf(bus.FindDeadLetter(id, std::nullopt)) == ErrorCode::kNotFound);
      CHECK(BusCodeOf(bus.Redrive(id, std::nullopt)) == ErrorCode::kNotFound);
    }
  }
}

}  // namespace heirloom::contract
