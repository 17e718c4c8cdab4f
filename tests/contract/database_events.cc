#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/contract/database_fixture.h"

namespace heirloom::contract {

void CheckDatabaseEvents(const OpenDatabase& open) {
  SECTION("positions grow without gaps in the order of commits under 16 writers") {
    const auto db = open({});
    std::mutex mutex;
    std::vector<std::pair<std::int64_t, std::string>> answered;
    std::vector<std::thread> threads;
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back([&, i] {
        std::int64_t last = 0;
        for (int round = 0; round < 20; ++round) {
          const auto id = std::to_string(i) + "-" + std::to_string(round);
          const auto written = db->Write([&](Transaction& tx) -> Status {
            tx.Append(EventOf(id));
            if (round % 5 == 4) return Fail(ErrorCode::kConflict, "leaves no gap");
            return Insert(tx, id);
          });
          if (!written) continue;
          const std::lock_guard lock(mutex);
          CHECK(written->sequence > last);
          last = written->sequence;
          answered.emplace_back(last, id);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    REQUIRE(answered.size() == 16 * 16);
    std::sort(answered.begin(), answered.end());
    const auto events = db->EventsAfter(0, 1'000).value();
    REQUIRE(events.size() == answered.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      REQUIRE(events[i].sequence == static_cast<std::int64_t>(i) + 1);
      REQUIRE(answered[i] == std::pair(events[i].sequence, events[i].event.subject));
    }
    CHECK(HeadOf(*db).sequence == 256);
  }

  SECTION("an event keeps all its fields and the time it was committed at") {
    const auto db = open({});
    REQUIRE(db->Write([](Transaction& tx) -> Status {
      tx.Append({"t2", "ThingMade", "s", "", 0});
      tx.Append({"t1", "ThingChanged", "s", "l", 9});
      return {};
    }));
    const auto events = db->EventsAfter(0, 10).value();
    REQUIRE(events.size() == 2);
    CHECK(events[0].event.tenant_id == "t2");
    CHECK(events[0].event.type == "ThingMade");
    CHECK(events[0].event.legacy_id.empty());
    CHECK(events[1].event.subject == "s");
    CHECK(events[1].event.legacy_id == "l");
    CHECK(events[1].event.version == 9);
    CHECK(events[0].created_at.micros > 0);
  }

  SECTION("a write's position is its last event's, or the head when it has none") {
    const auto db = open({});
    CHECK(HeadOf(*db).sequence == 0);
    const auto two = db->Write([](Transaction& tx) -> Status {
      tx.Append(EventOf("a"));
      tx.Append(EventOf("b"));
      return {};
    });
    CHECK(two.value().sequence == 2);
    const auto none = db->Write([](Transaction& tx) { return Insert(tx, "a"); });
    CHECK(none.value() == HeadOf(*db));
    CHECK(none.value().sequence == 2);
    CHECK_FALSE(none.value().epoch.empty());
  }

  SECTION("events are read page by page, in order, from any place") {
    const auto db = open({});
    for (int i = 0; i < 7; ++i) REQUIRE(Put(*db, std::to_string(i)));
    std::vector<std::int64_t> seen;
    std::int64_t after = 0;
    while (true) {
      const auto page = db->EventsAfter(after, 3).value();
      if (page.empty()) break;
      CHECK(page.size() <= 3);
      for (const StoredEvent& stored : page) seen.push_back(stored.sequence);
      after = page.back().sequence;
    }
    CHECK(seen == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7});
    CHECK(db->EventsAfter(7, 10).value().empty());
    CHECK(db->EventsAfter(99, 10).value().empty());
    CHECK(db->EventsAfter(0, 0).value().empty());
    CHECK(db->EventsAfter(0, -1).value().empty());
  }

  SECTION("the head stays when the events before it were swept away") {
    const auto db = open({});
    REQUIRE(Put(*db, "a"));
    REQUIRE(db->Write([](Transaction& tx) { return Done(tx.Execute("DELETE FROM outbox", {})); }));
    CHECK(HeadOf(*db).sequence == 1);
    CHECK(Put(*db, "b").value().sequence == 2);
  }

  SECTION("after a commit with events the hooks are called with the head") {
    const auto db = open({});
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::int64_t> first;
    std::int64_t second = 0;
    const auto kept_first = db->OnCommit([&](std::int64_t head) {
      const std::lock_guard lock(mutex);
      first.push_back(head);
      changed.notify_all();
    });
    const auto kept_second = db->OnCommit([&](std::int64_t head) {
      const std::lock_guard lock(mutex);
      second = head;
      changed.notify_all();
    });
    REQUIRE(db->Write([](Transaction& tx) { return Insert(tx, "silent"); }));
    REQUIRE(Put(*db, "a"));
    REQUIRE(Put(*db, "b"));
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, kPatience,
                             [&] { return !first.empty() && first.back() == 2 && second == 2; }));
    CHECK(first.front() > 0);
    CHECK(std::is_sorted(first.begin(), first.end()));
  }

  SECTION("a hook that is no longer kept is not called, nor is it running") {
    const auto db = open({});
    std::mutex mutex;
    std::condition_variable changed;
    std::int64_t kept_heard = 0;
    const auto kept = db->OnCommit([&](std::int64_t head) {
      const std::lock_guard lock(mutex);
      kept_heard = head;
      changed.notify_all();
    });
    for (int i = 0; i < 20; ++i) {
      auto heard = std::make_unique<std::atomic<std::int64_t>>(0);
      auto hook = db->OnCommit([&heard = *heard](std::int64_t head) { heard = head; });
      REQUIRE(Put(*db, "thing " + std::to_string(i)));
      hook.End();
      heard.reset();  // Sanitizers see whoever still uses it.
    }
    const std::int64_t last = Put(*db, "last").value().sequence;
    std::unique_lock lock(mutex);
    CHECK(changed.wait_for(lock, kPatience, [&] { return kept_heard == last; }));
  }

  SECTION("a hook may be kept longer than the database") {
    auto db = open({});
    auto hook = db->OnCommit([](std::int64_t) {});
    REQUIRE(Put(*db, "a"));
    db.reset();
    hook.End();
  }
}

void CheckDatabaseTenants(const OpenDatabase& open) {
  SECTION("two tenants with the same ids do not meet") {
    const auto db = open({});
    for (const char* tenant : {"t1", "t2"}) {
      REQUIRE(db->Write([&](Transaction& tx) {
        tx.Append(EventOf("same", 1, tenant));
        return Insert(tx, "same", 1, tenant);
      }));
    }
    REQUIRE(db->Write([](Transaction& tx) -> Status {
      CHECK(tx.Execute("UPDATE things SET amount = 9 WHERE tenant_id = $1 AND id = $2",
                       {"t1", "same"})
                .value() == 1);
      // A part of one tenant cannot hang on a thing of another.
      REQUIRE(tx.Execute("DELETE FROM things WHERE tenant_id = 't1'", {}));
      CHECK(CodeOf(tx.Execute(
                "INSERT INTO parts (tenant_id, id, thing_id) VALUES ('t1', 'p', 'same')", {})) ==
            ErrorCode::kConflict);
      return {};
    }));
    REQUIRE(db->Read([](Reader& reader) -> Status {
      CHECK(Number(reader, "SELECT amount FROM things WHERE tenant_id = 't2'") == 1);
      CHECK(Count(reader) == 1);
      return {};
    }));
    const auto events = db->EventsAfter(0, 10).value();
    REQUIRE(events.size() == 2);
    CHECK(events[0].event.tenant_id == "t1");
    CHECK(events[1].event.tenant_id == "t2");
  }
}

}  // namespace heirloom::contract
