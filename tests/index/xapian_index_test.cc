#include "index/xapian/xapian_index.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/contract/search_index_contract.h"
#include "tests/support/temp_folder.h"

namespace heirloom {
namespace {

TEST_CASE("XapianIndex keeps the SearchIndex contract", "[contract][index]") {
  const testing::TempFolder folder;
  contract::CheckSearchIndex([&] { return OpenXapianIndex({folder.Path()}).value(); });
}

}  // namespace
}  // namespace heirloom
