// From a commit to a counting consumer, on the outbox as a bus: events a second while 8 threads
// write as fast as they can, and how long one is under way while they write at a steady pace: from
// the Append (its commit waits for the disk, and for the group before it), and from the commit.
// Events per second of processor time say what the disk and the neighbours do not: of the process,
// its writers included, and of the consumer's thread alone.
// Prints figures; asserts nothing, since disks differ.
//
//   event_bus_bench FOLDER [SECONDS]

#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/delivery/event_consumer.h"
#include "storage/outbox/outbox_bus.h"
#include "storage/sqlite/sqlite_database.h"

namespace heirloom {
namespace {

constexpr int kThreads = 8;

double CpuSeconds(clockid_t clock) {
  timespec spent{};
  ::clock_gettime(clock, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

struct Counter {
  std::atomic<std::int64_t> count{0};
  std::atomic<double> consumer_cpu{0};
  std::mutex mutex;
  std::vector<double> since_append;
  std::vector<double> since_commit;
  std::deque<std::pair<std::int64_t, Time>> commits;  // Head, and when it was committed.

  void Commit(std::int64_t head, Time now) {
    const std::lock_guard lock(mutex);
    commits.emplace_back(head, now);
  }
  void Count(const BusEvent& event, Time now) {
    const std::lock_guard lock(mutex);
    since_append.push_back(static_cast<double>((now - event.time).micros) / 1'000);
    while (!commits.empty() && commits.front().first < event.position.sequence) commits.pop_front();
    // It may be here before the hook was called.
    since_commit.push_back(
        commits.empty() ? 0 : static_cast<double>((now - commits.front().second).micros) / 1'000);
    if (++count % 64 == 0) consumer_cpu = CpuSeconds(CLOCK_THREAD_CPUTIME_ID);
  }
};

double Percentile(std::vector<double>& sorted, double part) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

// Each write appends `events` events; between writes of a thread lies `pause`.
std::int64_t WriteFor(Database& database, std::chrono::seconds span, int events,
                      std::chrono::microseconds pause) {
  std::atomic<bool> stop{false};
  std::atomic<std::int64_t> written{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      while (!stop) {
        const auto done = database.Write([&](Transaction& tx) -> Status {
          for (int i = 0; i < events; ++i) tx.Append({"t1", "StoryUpdated", "s", "l", 1});
          return {};
        });
        if (done) written += events;
        std::this_thread::sleep_for(pause);
      }
    });
  }
  std::this_thread::sleep_for(span);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  return written;
}

struct Spent {
  double wall = 0;
  double process = 0;
  double consumer = 0;
};

void Report(const char* what, Counter& counter, std::int64_t events, const Spent& spent) {
  const std::lock_guard lock(counter.mutex);
  const auto number = static_cast<double>(events);
  std::cout << what << ": " << number / spent.wall << " events/s; per CPU-second "
            << number / spent.process << ", of the consumer's " << number / spent.consumer << "\n";
  for (const auto& [from, times] : {std::pair("the append", &counter.since_append),
                                    std::pair("the commit", &counter.since_commit)}) {
    std::sort(times->begin(), times->end());
    std::cout << "  since " << from << ": p50 " << Percentile(*times, 0.5) << " ms, p99 "
              << Percentile(*times, 0.99) << " ms\n";
    times->clear();
  }
}

int Main(const std::filesystem::path& folder, std::chrono::seconds span) {
  const SystemClock clock;
  SystemRandom random;
  auto database =
      OpenSqliteDatabase({.path = folder / "bench.db", .clock = clock, .random = random});
  if (!database) {
    std::cerr << database.error().message << "\n";
    return 1;
  }
  Counter counter;
  const auto commits =
      (*database)->OnCommit([&](std::int64_t head) { counter.Commit(head, clock.Now()); });
  auto bus = OpenOutboxBus({.database = **database,
                            .clock = clock,
                            .random = random,
                            .consumers = {"bench"},
                            .alone = true});
  if (!bus) {
    std::cerr << bus.error().message << "\n";
    return 1;
  }
  EventConsumerOptions options;
  options.name = "bench";
  options.at_once = kMaxReceived;
  EventConsumer consumer(**database, **bus, options, [&](const BusEvent& event, const auto&) {
    counter.Count(event, clock.Now());
    return Status();
  });
  consumer.Start();
  for (const auto& [what, events, pause] :
       {std::tuple{"steady, 1 event a write", 1, std::chrono::microseconds(10'000)},
        std::tuple{"as fast as it goes, 1 event a write", 1, std::chrono::microseconds(0)},
        std::tuple{"as fast as it goes, 10 events a write", 10, std::chrono::microseconds(0)}}) {
    counter.count = 0;
    const auto start = std::chrono::steady_clock::now();
    const double process = CpuSeconds(CLOCK_PROCESS_CPUTIME_ID);
    const double consumed = counter.consumer_cpu;
    const std::int64_t written = WriteFor(**database, span, events, pause);
    while (counter.count < written) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    Report(what, counter, written,
           {took.count(), CpuSeconds(CLOCK_PROCESS_CPUTIME_ID) - process,
            counter.consumer_cpu - consumed});
  }
  consumer.Stop();
  return 0;
}

}  // namespace
}  // namespace heirloom

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: event_bus_bench FOLDER [SECONDS]\n";
    return 2;
  }
  return heirloom::Main(arguments[1],
                        std::chrono::seconds(count > 2 ? std::atoi(arguments[2]) : 5));
}
