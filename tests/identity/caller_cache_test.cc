#include "appliance/identity/caller_cache.h"

#include <catch2/catch.hpp>

namespace heirloom {
namespace {

Caller Rosa() {
  Caller caller;
  caller.account.name = "Rosa";
  return caller;
}

}  // namespace

TEST_CASE("who asked is known for a second", "[identity]") {
  CallerCache cache;
  const Time now = Time::FromSeconds(1000);
  cache.Put("hash", Rosa(), now, cache.Generation());
  CHECK(cache.Find("hash", now)->account.name == "Rosa");
  CHECK(cache.Find("hash", {now.micros + 999'999}));
  CHECK_FALSE(cache.Find("hash", now + Time::FromSeconds(1)));
  CHECK_FALSE(cache.Find("another", now));
}

TEST_CASE("an answer that an ending overtook is not kept", "[identity]") {
  CallerCache cache;
  const Time now = Time::FromSeconds(1000);
  const auto before = cache.Generation();
  // The row was read; then the session ended, and everybody was forgotten.
  cache.Clear();
  cache.Put("hash", Rosa(), now, before);
  CHECK_FALSE(cache.Find("hash", now));
}

}  // namespace heirloom
