#pragma once

#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "storage/neo4j/manners.h"
#include "storage/neo4j/neo4j_graph_store.h"
#include "storage/remote/http_url.h"
#include "storage/remote/remote_service.h"
#include "tests/support/test_server.h"

namespace heirloom::testing {

// The real server, and a graph of this test's own in it, which is removed at the end.
class Neo4jServer {
 public:
  Neo4jServer() {
    const std::string address = TestServer("NEO4J");  // http://USER:PASSWORD@HOST:PORT
    const std::size_t scheme = address.find("://") + 3;
    const std::size_t colon = address.find(':', scheme);
    const std::size_t at = address.find('@');
    user_ = address.substr(scheme, colon - scheme);
    password_ = address.substr(colon + 1, at - colon - 1);
    url_ = address.substr(0, scheme) + address.substr(at + 1);
    static std::atomic<int> count = 0;
    instance_ = "test" + std::to_string(::getpid()) + "_" + std::to_string(count++) + "_" +
                std::to_string(SystemClock().Now().micros);
  }
  ~Neo4jServer() { (void)Ask("MATCH (n) WHERE n.instance = '" + instance_ + "' DETACH DELETE n"); }
  Neo4jServer(const Neo4jServer&) = delete;
  Neo4jServer& operator=(const Neo4jServer&) = delete;

  const std::string& url() const { return url_; }
  const std::string& password() const { return password_; }
  const std::string& instance() const { return instance_; }

  // As the daemon would; `url` and `password` where they are not the server's.
  Neo4jGraphOptions Options(const std::string& url, const std::string& password,
                            const std::string& ca_file = "") {
    return Options(url, Secret::Literal(password), ca_file);
  }
  Neo4jGraphOptions Options(const std::string& url, Secret password,
                            const std::string& ca_file = "") {
    return {.url = url,
            .instance = instance_,
            .http = MakeRemoteService(
                neo4j::Manners(), ca_file,
                neo4j::MakePatientSigner(MakeBasicSigner(user_, std::move(password)), pauses_),
                {pauses_, clock_, random_})};
  }
  Neo4jGraphOptions Options() { return Options(url_, password_); }

  std::unique_ptr<GraphStore> Open() {
    const Status made = ProvisionNeo4jGraph(Options());
    INFO((made ? "" : made.error().message));
    REQUIRE(made);
    return OpenNeo4jGraphStore(Options()).value();
  }

  // The body of the answer to a statement, past the adapter.
  std::string Ask(const std::string& statement) {
    HttpRequest request;
    request.method = "POST";
    request.url = url_ + "/db/neo4j/query/v2";
    request.headers = {{"Content-Type", "application/json"}};
    request.body = R"({"statement":")" + statement + R"("})";
    const auto http =
        MakeRemoteService(neo4j::Manners(), "", MakeBasicSigner(user_, Secret::Literal(password_)),
                          {pauses_, clock_, random_});
    const auto answer = http->Send(request);
    return answer ? answer->body : answer.error().message;
  }

 private:
  RealPauses pauses_;
  SystemClock clock_;
  SystemRandom random_;
  std::string url_, user_, password_, instance_;
};

}  // namespace heirloom::testing
