#pragma once

#include <cstdint>

#include "appliance/base/clock.h"
#include "appliance/base/progress.h"
#include "appliance/base/result.h"
#include "appliance/domain/finding.h"
#include "storage/database.h"
#include "storage/graph_store.h"

namespace heirloom {

// Whether the graph is a projection of this database as it is: at a place of its history, and up to
// that place with every node and edge and no other, each as it is now. Reads in pages, beside
// writers and what follows the outbox; what changes meanwhile is let be. Gives the number of nodes
// and edges in the graph. kUnavailable when it was called off.
Result<std::int64_t> CheckGraph(Database& database, const Clock& clock, const GraphStore& graph,
                                Findings& findings, Progress& progress);

}  // namespace heirloom
