#include "index/opensearch/opensearch_index.h"

#include <catch2/catch.hpp>

#include "tests/contract/search_index_contract.h"
#include "tests/contract/search_index_fixture.h"
#include "tests/index/opensearch_fixture.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tls_proxy.h"

namespace heirloom {
namespace {

using contract::Bench;
using contract::IdOf;
using contract::Story;
using testing::OpenSearchRoom;

TEST_CASE("OpenSearch keeps the SearchIndex contract", "[contract][index]") {
  OpenSearchRoom room;
  contract::CheckSearchIndex([&] { return room.Open(); });
}

TEST_CASE("what is provided beforehand is what the index would make itself", "[index]") {
  OpenSearchRoom room;
  const auto index = room.Open();
  REQUIRE(index->Ping(std::chrono::seconds(10)));
  REQUIRE(index->Provision());
  REQUIRE(index->Provision());
  Bench bench(room.Open());
  bench.Put({Story(1, "The mill", "")});
  CHECK(bench.Find("mill") == std::vector{IdOf(1)});
  // What is made by anything else under our names is no other than ours.
  const std::string stray = "/" + room.Prefix() + "-stories-v1-000099";
  room.Ask("PUT", stray);
  CHECK(room.Ask("POST", stray + "/_doc", R"({"unknown": 1})").status == 400);
  room.Ask("DELETE", "/_index_template/" + room.Prefix() + "-stories-v1");
}

TEST_CASE("a writer whose index another replaced hears of it, and goes on from where that one is",
          "[index]") {
  OpenSearchRoom room;
  Bench bench(room.Open());
  bench.Put({Story(1, "The mill", "")});
  {
    const auto other = room.Open();
    auto next = other->StartGeneration().value();
    REQUIRE(next->Apply({PutStory{Story(2, "The ferry", ""), 5}}, {"new", 5}));
    REQUIRE(next->Commit());
    REQUIRE(other->Adopt(std::move(next)));
  }
  CHECK(bench.Find("") == std::vector{IdOf(2)});
  Status done = bench.Index().Apply({PutStory{Story(3, "The quarry", ""), 6}}, {"epoch", 6});
  if (done) done = bench.Index().Commit();
  REQUIRE(!done);
  CHECK(done.error().code == ErrorCode::kUnavailable);
  CHECK(bench.Index().Committed().value() == Position{"new", 5});
  bench.Put({Story(3, "The quarry", "")});
  CHECK(bench.Find("").size() == 2);
}

TEST_CASE("another process hears of a generation at once", "[index]") {
  OpenSearchRoom room;
  Bench bench(room.Open());
  Bench other(room.Open());
  bench.Put({Story(1, "The mill", "")});
  CHECK(other.Find("mill") == std::vector{IdOf(1)});
  REQUIRE(bench.Index().Adopt(bench.Index().StartGeneration().value()));
  CHECK(other.Find("").empty());
}

TEST_CASE("a search without time says that it may work later", "[index]") {
  OpenSearchRoom room;
  Bench(room.Open()).Put({Story(1, "The mill", "")});
  const auto index = room.Open(std::chrono::milliseconds(0));
  const auto answer = index->Query(Bench::Ask("mill"));
  REQUIRE(!answer);
  CHECK(answer.error().code == ErrorCode::kUnavailable);
}

TEST_CASE("thirty-two words in an index of many languages are not too many", "[index]") {
  OpenSearchRoom room;
  Bench bench(room.Open());
  std::vector<StoryDocument> stories;
  int number = 0;
  for (const char* language :
       {"ar", "ca", "da", "de", "en", "es", "eu", "fi", "fr", "ga", "hu", "hy",
        "id", "it", "lt", "ne", "nl", "no", "pt", "ro", "ru", "sv", "ta", "tr"}) {
    stories.push_back(Story(++number, "", "walkingly", language));
  }
  bench.Put(stories);
  std::string text;
  for (int i = 0; i < 32; ++i) {
    text += std::string(1, static_cast<char>('a' + i % 26)) +
            (i < 26 ? "ingtionerlichkeiten " : "nesses ");
  }
  CHECK(bench.Find(text).empty());
  CHECK(bench.Find(text.substr(text.find(' ') + 1) + "walkingly ").size() == stories.size());
}

TEST_CASE("OpenSearch is asked through TLS whose authority is known, and through no other",
          "[index]") {
  OpenSearchRoom room;
  const testing::TempFolder ours;
  const testing::TempFolder theirs;
  const testing::PrivateCa ca(ours.Path());
  const testing::PrivateCa other(theirs.Path(), "another authority");
  const testing::TlsProxy proxy(ca, room.Url());
  RealPauses pauses;
  const auto open = [&](const std::string& ca_file) {
    HttpClientOptions options;
    options.ca_file = ca_file;
    return OpenOpenSearchIndex({proxy.Url(), room.Prefix()}, MakeHttpClient(options), pauses);
  };
  Bench bench(open(ca.file()));
  bench.Put({Story(1, "The mill", "")});
  CHECK(bench.Find("mill") == std::vector{IdOf(1)});
  for (const std::string& wrong : {other.file(), std::string()}) {
    const auto answer = open(wrong)->Query(Bench::Ask("mill"));
    REQUIRE(!answer);
    CHECK(answer.error().code == ErrorCode::kUnavailable);
    CHECK(answer.error().message.find("certificate") != std::string::npos);
  }
}

}  // namespace
}  // namespace heirloom
