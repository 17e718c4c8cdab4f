#pragma once

#include <memory>
#include <string>

#include "appliance/base/clock.h"
#include "storage/graph_store.h"
#include "storage/remote/http_client.h"

namespace heirloom {

struct Neo4jGraphOptions {
  std::string url;                    // http or https, host and port alone; no credentials.
  std::string database = "neo4j";     // 1 to 63 of a-z, 0-9, '-', '.'.
  std::string instance = "heirloom";  // Whose graph, where several share a database: a-z, 0-9, '_'.
  // Asks the server, with retries, deadlines and credentials: a RemoteService. Its operations may
  // be sent twice.
  std::unique_ptr<HttpClient> http;
};

// A GraphStore in Neo4j 5, asked by its HTTP Query API; README.md beside this says how it lies
// there. Nothing is asked before the first call. kInvalidArgument for options that are not as
// above.
Result<std::unique_ptr<GraphStore>> OpenNeo4jGraphStore(Neo4jGraphOptions options);

// Makes what the graph needs in the database: constraint, indexes, the node that says which
// generation is asked. Again changes nothing. Needs the right to change the schema.
Status ProvisionNeo4jGraph(Neo4jGraphOptions options);

}  // namespace heirloom
