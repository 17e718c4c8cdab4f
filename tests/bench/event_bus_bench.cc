// From a commit to a counting consumer, on the outbox as a bus: events a second while 8 threads
// write as fast as they can, and how long one is under way while they write at a steady pace.
// Prints figures; asserts nothing, since disks differ.
//
//   event_bus_bench FOLDER [SECONDS]

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/delivery/event_consumer.h"
#include "storage/outbox/outbox_bus.h"
#include "storage/sqlite/sqlite_database.h"

namespace heirloom {
namespace {

constexpr int kThreads = 8;

struct Counter {
  std::atomic<std::int64_t> count{0};
  std::mutex mutex;
  std::vector<double> milliseconds;
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

void Report(const char* what, Counter& counter, std::int64_t events, double seconds) {
  const std::lock_guard lock(counter.mutex);
  std::sort(counter.milliseconds.begin(), counter.milliseconds.end());
  std::cout << what << ": " << static_cast<double>(events) / seconds << " events/s, under way p50 "
            << Percentile(counter.milliseconds, 0.5) << " ms, p99 "
            << Percentile(counter.milliseconds, 0.99) << " ms\n";
  counter.milliseconds.clear();
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
  auto bus = OpenOutboxBus({.database = **database,
                            .clock = clock,
                            .random = random,
                            .consumers = {"bench"},
                            .alone = true});
  if (!bus) {
    std::cerr << bus.error().message << "\n";
    return 1;
  }
  Counter counter;
  EventConsumerOptions options;
  options.name = "bench";
  options.at_once = kMaxReceived;
  EventConsumer consumer(**database, **bus, options, [&](const BusEvent& event, const auto&) {
    const double passed = static_cast<double>((clock.Now() - event.time).micros) / 1'000;
    const std::lock_guard lock(counter.mutex);
    counter.milliseconds.push_back(passed);
    ++counter.count;
    return Status();
  });
  consumer.Start();
  for (const auto& [what, events, pause] :
       {std::tuple{"steady, 1 event a write", 1, std::chrono::microseconds(10'000)},
        std::tuple{"as fast as it goes, 1 event a write", 1, std::chrono::microseconds(0)},
        std::tuple{"as fast as it goes, 10 events a write", 10, std::chrono::microseconds(0)}}) {
    counter.count = 0;
    const auto start = std::chrono::steady_clock::now();
    const std::int64_t written = WriteFor(**database, span, events, pause);
    while (counter.count < written) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    Report(what, counter, written, took.count());
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
