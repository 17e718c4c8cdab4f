#include "appliance/http/thread_pool.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <latch>
#include <thread>

namespace heirloom::http {
namespace {

TEST_CASE("as many tasks run at once as there may be threads", "[http][pool]") {
  ThreadPool pool({.min_threads = 1, .max_threads = 4, .max_queue = 10});
  std::latch all_running(4);
  for (int i = 0; i < 4; ++i) REQUIRE(pool.TrySubmit([&] { all_running.arrive_and_wait(); }));
  all_running.wait();  // Comes back only when four run at the same time.
  CHECK(pool.threads() == 4);
}

TEST_CASE("a full queue turns tasks away, and what was taken runs", "[http][pool]") {
  std::atomic<int> done = 0;
  std::latch started(1);
  std::latch release(1);
  {
    ThreadPool pool({.min_threads = 1, .max_threads = 1, .max_queue = 2});
    REQUIRE(pool.TrySubmit([&] {
      started.count_down();
      release.wait();
      ++done;
    }));
    started.wait();
    REQUIRE(pool.TrySubmit([&] { ++done; }));
    REQUIRE(pool.TrySubmit([&] { ++done; }));
    CHECK(pool.queued() == 2);
    CHECK_FALSE(pool.TrySubmit([&] { ++done; }));
    release.count_down();
  }
  CHECK(done == 3);
}

TEST_CASE("threads beyond the least end when there is nothing to do", "[http][pool]") {
  ThreadPool pool({.min_threads = 2, .max_threads = 8, .idle = std::chrono::milliseconds(1)});
  std::latch all_running(8);
  for (int i = 0; i < 8; ++i) REQUIRE(pool.TrySubmit([&] { all_running.arrive_and_wait(); }));
  while (pool.threads() > 2) std::this_thread::yield();
  std::latch ran(1);
  REQUIRE(pool.TrySubmit([&] { ran.count_down(); }));
  ran.wait();
}

TEST_CASE("a pool that is shut down takes nothing", "[http][pool]") {
  ThreadPool pool({});
  pool.Shutdown();
  CHECK_FALSE(pool.TrySubmit([] {}));
  pool.Shutdown();
}

// Half of the stack each thread has, and more than what some systems give by themselves.
[[gnu::noinline]] int UseStack() {
  volatile char room[4u << 20];
  for (std::size_t i = 0; i < sizeof(room); i += 4096) room[i] = 1;
  return room[0];
}

TEST_CASE("a task may use megabytes of stack", "[http][pool]") {
  std::atomic<int> used = 0;
  {
    ThreadPool pool({});
    REQUIRE(pool.TrySubmit([&] { used = UseStack(); }));
  }
  CHECK(used == 1);
}

}  // namespace
}  // namespace heirloom::http
