#include "index/opensearch/opensearch_index.h"

#include <catch2/catch.hpp>

#include "tests/contract/search_index_contract.h"
#include "tests/index/opensearch_fixture.h"

namespace heirloom {
namespace {

using testing::OpenSearchRoom;

TEST_CASE("OpenSearch keeps the SearchIndex contract", "[contract][index]") {
  OpenSearchRoom room;
  contract::CheckSearchIndex([&] { return room.Open(); });
}

}  // namespace
}  // namespace heirloom
