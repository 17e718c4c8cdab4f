#include "storage/neo4j/neo4j_graph_store.h"

#include <catch2/catch.hpp>
#include <string>
#include <thread>

#include "tests/contract/graph_store_contract.h"
#include "tests/contract/graph_store_fixture.h"
#include "tests/storage/neo4j_support.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tls_proxy.h"

namespace heirloom {
namespace {

using contract::Edge;
using contract::GraphBench;
using contract::kSpace;
using contract::Names;
using contract::Node;
using testing::Neo4jServer;
using testing::PrivateCa;
using testing::TempFolder;
using testing::TestServer;
using testing::TlsProxy;

bool Says(const Error& error, const std::string& words) {
  INFO(error.message);
  return error.message.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("Neo4j keeps the GraphStore contract", "[contract][graph]") {
  Neo4jServer server;
  contract::CheckGraphStore([&] { return server.Open(); });
}

TEST_CASE("Neo4j answers as the model does, and so as RocksDB does", "[contract][graph]") {
  Neo4jServer server;
  contract::CheckGraphStoreAgainstModel([&] { return server.Open(); }, 3);
}

TEST_CASE("a graph that was not provisioned says how to mend it", "[graph]") {
  Neo4jServer server;
  const auto store = OpenNeo4jGraphStore(server.Options()).value();
  CHECK(Says(store->Reached().error(), "migrate --provision"));
  CHECK(Says(store->Apply({Node("a", 1)}, {"epoch", 1}).error(), "migrate --provision"));
  CHECK(Says(store->StartGeneration().error(), "migrate --provision"));
  REQUIRE(ProvisionNeo4jGraph(server.Options()));
  REQUIRE(ProvisionNeo4jGraph(server.Options()));
  CHECK(store->Reached().value() == std::nullopt);
  REQUIRE(store->Apply({Node("a", 1)}, {"epoch", 1}));
  REQUIRE(ProvisionNeo4jGraph(server.Options()));
  CHECK(store->Reached().value() == Position{"epoch", 1});
}

TEST_CASE("a place among the edges that is none is refused before Neo4j is asked", "[graph]") {
  Neo4jServer server;
  const auto store = OpenNeo4jGraphStore(server.Options()).value();
  for (const char* place : {"e1", "ex:a", "e2:a", "e:a", "e-1:a", "e1:a2:b",
                            "e18446744073709551615:a", "e1:a18446744073709551614:b", "x"}) {
    INFO(place);
    CHECK(store->Scan(place, 10).error().code == ErrorCode::kInvalidArgument);
  }
}

TEST_CASE("two instances in one database never meet", "[graph]") {
  Neo4jServer one;
  Neo4jServer two;
  GraphBench first(one.Open());
  GraphBench second(two.Open());
  first.Apply({Node("a", 1), Edge("a", "b", 1)});
  CHECK_FALSE(second.Has("a"));
  CHECK(second.Everything().empty());
  CHECK(second.Store().Reached().value() == std::nullopt);
}

TEST_CASE("two processes on one graph see what the other wrote, and its rebuild", "[graph]") {
  Neo4jServer server;
  GraphBench one(server.Open());
  GraphBench two(server.Open());
  one.Apply({Node("a", 1)});
  CHECK(two.Has("a"));
  auto next = one.Store().StartGeneration().value();
  auto other = two.Store().StartGeneration().value();
  REQUIRE(next->Apply({Node("b", 2)}));
  REQUIRE(other->Apply({Node("c", 2)}));
  REQUIRE(two.Store().Adopt(std::move(other), {"new", 2}));
  CHECK(one.Has("c"));
  CHECK_FALSE(one.Has("a"));
  // Begun earlier, it would take the graph back.
  CHECK(one.Store().Adopt(std::move(next), {"new", 1}).error().code == ErrorCode::kConflict);
  CHECK(one.Has("c"));
}

TEST_CASE("many writers at once leave the newest of each key", "[graph]") {
  Neo4jServer server;
  const auto store = server.Open();
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < 5; ++i) {
        const std::int64_t version = i * 4 + writer;
        (void)store->Apply({Node("a", version, "Story", {{"version", version}}),
                            Edge("a", "b", version, "mentions", {{"version", version}})},
                           {"epoch", version});
      }
    });
  }
  writers.clear();
  CHECK(store->Node(kSpace, "a").value()->properties == GraphProperties{{"version", 19}});
  CHECK(store->Reached().value() == Position{"epoch", 19});
}

TEST_CASE("whoever is not let in reads why, and no secret", "[graph]") {
  Neo4jServer server;
  { const auto made = server.Open(); }
  const auto code_of = [](Neo4jGraphOptions options) {
    return OpenNeo4jGraphStore(std::move(options)).value()->Reached().error();
  };
  SECTION("with a wrong password") {
    const Error error = code_of(server.Options(server.url(), "wrong-" + server.password()));
    CHECK(error.code == ErrorCode::kUnavailable);
    CHECK(Says(error, "storage.graph_password"));
    CHECK_FALSE(Says(error, server.password()));
  }
  SECTION("for a database that is not there") {
    Neo4jGraphOptions options = server.Options();
    options.database = "nowhere";
    const Error error = code_of(std::move(options));  // CHECK is a loop to clang-tidy.
    CHECK(Says(error, "no database 'nowhere'"));
  }
  SECTION("where nobody answers") {
    const Error error = code_of(server.Options("http://127.0.0.1:1", server.password()));
    CHECK(error.code == ErrorCode::kUnavailable);
    CHECK(error.retry_after_seconds > 0);
  }
  SECTION("with names that are none") {
    Neo4jGraphOptions database = server.Options();
    database.database = "neo4j/../x";
    const auto no_database = OpenNeo4jGraphStore(std::move(database));
    CHECK(no_database.error().code == ErrorCode::kInvalidArgument);
    Neo4jGraphOptions instance = server.Options();
    instance.instance = "a' OR 1";
    const auto no_instance = OpenNeo4jGraphStore(std::move(instance));
    CHECK(no_instance.error().code == ErrorCode::kInvalidArgument);
  }
}

TEST_CASE("a wrong password is sent once, so that Neo4j locks nobody's account", "[graph]") {
  Neo4jServer server;
  { const auto made = server.Open(); }
  const TempFolder folder;
  testing::WriteFile(folder / "password", "wrong-" + server.password());
  const auto store =
      OpenNeo4jGraphStore(
          server.Options(server.url(), Secret::FromFile(folder / "password").value()))
          .value();
  const auto first = store->Reached();
  REQUIRE_FALSE(first);
  CHECK(Says(first.error(), "does not let us in"));
  for (int again = 0; again < 10; ++again) {
    const auto refused = store->Reached();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kUnavailable);
    CHECK(refused.error().retry_after_seconds > 0);
    CHECK(Says(refused.error(), "not tried again"));
    CHECK(Says(refused.error(), "storage.graph_password_file"));
  }
  // Eleven wrong ones would have locked it for five seconds.
  CHECK(OpenNeo4jGraphStore(server.Options()).value()->Reached());
  // A password that was exchanged counts at once.
  testing::WriteFile(folder / "password", server.password() + "\n");
  CHECK(store->Reached());
}

TEST_CASE("Neo4j behind TLS with a private authority", "[graph]") {
  Neo4jServer server;
  { const auto made = server.Open(); }
  const TempFolder folder;
  const TempFolder other_folder;
  const PrivateCa ca(folder.Path());
  const PrivateCa other(other_folder.Path(), "somebody else");
  const auto ask = [&](const std::string& url, const std::string& ca_file) {
    return OpenNeo4jGraphStore(server.Options(url, server.password(), ca_file)).value()->Reached();
  };
  SECTION("is trusted when it is named") {
    const TlsProxy proxy(ca, TestServer("NEO4J"));
    GraphBench bench(
        OpenNeo4jGraphStore(server.Options(proxy.Url(), server.password(), ca.file())).value());
    bench.Apply({Node("a", 1), Edge("a", "b", 1)});
    CHECK(bench.Edges("a") == Names{"a>b"});
  }
  SECTION("is refused with another one, with the system's, or over time") {
    const TlsProxy proxy(ca, TestServer("NEO4J"));
    const auto wrong = ask(proxy.Url(), other.file());
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code == ErrorCode::kUnavailable);
    CHECK(Says(wrong.error(), "certificate is not trusted; look at storage.graph_ca_file"));
    CHECK(ask(proxy.Url(), "").error().code == ErrorCode::kUnavailable);
    const TlsProxy expired(ca, TestServer("NEO4J"), TlsProxy::Certificate::kExpired);
    const auto refused = ask(expired.Url(), ca.file());
    REQUIRE_FALSE(refused);
    CHECK(Says(refused.error(), "certificate"));
  }
}

TEST_CASE("what hostile text says is not done: other nodes are as they were", "[graph]") {
  Neo4jServer server;
  GraphBench bench(server.Open());
  bench.Apply({Node("canary", 1), Edge("canary", "b", 1)});
  const std::string before = server.Ask("MATCH (n) WHERE n.instance = '" + server.instance() +
                                        "' AND n.id = 'canary' RETURN n.props, n.put");
  for (const std::string text : {"'}) DETACH DELETE n //", "\"}) MATCH (n) DETACH DELETE n //",
                                 "\\u0027}) DETACH DELETE n //", "`}) DETACH DELETE (n) //"}) {
    bench.Apply({Node(text, 1, "Story", {{"text", text}}, {text, text}), Node(text, 1),
                 Edge(text, "b", 1, "mentions", {{"text", text}})});
    CHECK(bench.Has(text));
    CHECK(bench.Around(GraphBench::From(text)) == Names{"b", "canary"});
    bench.Apply({contract::NoNode(text, 5)});
  }
  CHECK(server
            .Ask("MATCH (n) WHERE n.instance = '" + server.instance() +
                 "' AND n.id = 'canary' RETURN n.props, n.put")
            .substr(0, 40) == before.substr(0, 40));
  CHECK(bench.Edges("canary") == Names{"canary>b"});
}

}  // namespace heirloom
