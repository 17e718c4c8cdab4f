// The embedded bus and the cluster's, side by side: the same random history leaves the same behind
// on the outbox in SQLite, on the outbox in Postgres, and on SNS and SQS.

#include <catch2/catch.hpp>
#include <cstdint>

#include "tests/contract/event_bus_history.h"
#include "tests/delivery/outbox_world.h"
#include "tests/storage/postgres_outbox.h"
#include "tests/storage/sns_sqs_support.h"

namespace heirloom {

TEST_CASE("the same random history leaves the same behind on every bus", "[bus]") {
  const std::uint64_t seed = GENERATE(11U, 12U);
  CAPTURE(seed);
  testing::OutboxWorld embedded;
  testing::PostgresOutbox postgres;
  testing::SnsSqsUnderTest cluster;
  const contract::BusOutcome left = contract::PlayBusHistory(embedded, seed);
  CHECK(left == contract::ExpectedOfBusHistory(seed));
  CHECK(contract::PlayBusHistory(postgres, seed) == left);
  CHECK(contract::PlayBusHistory(cluster, seed) == left);
}

}  // namespace heirloom
