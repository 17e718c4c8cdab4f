#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

namespace heirloom::testing {

// Where a real server is that tests/services started: TestServer("POSTGRES"). Without it the test
// fails: what was not tried does not hold.
inline std::string TestServer(const std::string& name) {
  const char* const address = std::getenv(("HEIRLOOM_TEST_" + name).c_str());
  if (!address || !*address) {
    FAIL("this test needs a real server: tests/services/with SERVER -- ctest … (HEIRLOOM_TEST_" +
         name + " is not set)");
  }
  return address;
}

}  // namespace heirloom::testing
