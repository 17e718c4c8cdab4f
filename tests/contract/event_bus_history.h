#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/contract/event_bus_contract.h"

namespace heirloom::contract {

// What a history left behind: for each consumer what it did, what it believes, what it gave up.
struct BusOutcome {
  struct Followed {
    std::set<std::int64_t> done;  // Sequences whose effect took place.
    // By tenant and subject: the version, or -1 for what is deleted.
    std::map<std::string, std::int64_t> believed;
    // "SEQUENCE TENANT SUBJECT VERSION ATTEMPTS REASON", by sequence.
    std::vector<std::string> letters;
    friend bool operator==(const Followed&, const Followed&) = default;
  };
  std::map<std::string, Followed> consumers;
  friend bool operator==(const BusOutcome&, const BusOutcome&) = default;
};

// Plays one random history on a bus that is new: some 50 events of two tenants, published in bursts
// and some of them again, older behind newer; consumers that acknowledge, fail, let leases run out
// and never manage some. What happens to an event is a matter of `seed` alone, whatever the order
// it comes in. Checks that everything came, in order where the bus keeps it, and gives what is
// left.
BusOutcome PlayBusHistory(BusUnderTest& made, std::uint64_t seed);

// What must be left of it on any bus.
BusOutcome ExpectedOfBusHistory(std::uint64_t seed);

}  // namespace heirloom::contract
