#include "tests/domain/policy_document.h"

#include <catch2/catch.hpp>
#include <set>

#include "appliance/base/json.h"
#include "appliance/domain/policy.h"
#include "tests/support/temp_folder.h"

namespace heirloom {

TEST_CASE("the documented policy is the one that decides", "[domain][policy]") {
  const std::string documented =
      testing::ReadFile(std::string(HEIRLOOM_SOURCE_DIR) + "/appliance/docs/policy.md");
  INFO("write it anew: bin/policy_table --markdown > appliance/docs/policy.md");
  CHECK(documented == testing::PolicyMarkdown());
}

TEST_CASE("the policy for other languages has every action", "[domain][policy]") {
  const auto json = Json::Parse(testing::PolicyJson());
  REQUIRE(json);
  CHECK(json->Get("actions").Size() == PolicyTable().size());
  CHECK(json->Get("verdicts").Get("change a story|contributor|published").AsString() == "deny");
  CHECK(json->Get("verdicts").Get("change a story|contributor, own story|draft").AsString() ==
        "allow");
  CHECK(json->Get("verdicts").Get("read a legacy|admin|legacy").AsString() == "unseen");
}

// The contract lists the scopes that a token may ask for; they are those that some action needs.
TEST_CASE("the contract's scopes are the policy's", "[domain][policy]") {
  const std::string contract =
      testing::ReadFile(std::string(HEIRLOOM_SOURCE_DIR) + "/appliance/api/openapi.yaml");
  const auto start = contract.find("    Scope: {type: string, enum: [");
  REQUIRE(start != std::string::npos);
  const std::string line = contract.substr(start, contract.find(']', start) - start);
  std::size_t listed = 0;
  for (std::size_t at = line.find(":read"); at != line.npos; at = line.find(":read", at + 1)) {
    ++listed;
  }
  for (const char* kind : {":write", ":export", ":redrive"}) {
    for (std::size_t at = line.find(kind); at != line.npos; at = line.find(kind, at + 1)) ++listed;
  }
  std::set<std::string_view> needed;
  for (const PolicyRow& row : PolicyTable()) {
    needed.insert(row.scope);
    CHECK(line.find("'" + std::string(row.scope) + "'") != std::string::npos);
  }
  CHECK(listed == needed.size());
}

}  // namespace heirloom
