#pragma once

#include <functional>
#include <memory>

#include "storage/graph_store.h"

namespace heirloom::contract {

// Opens the graph that the test case made room for: empty at first, and each time the same one. The
// earlier one is closed before it is opened again.
using OpenGraphStore = std::function<std::unique_ptr<GraphStore>()>;

// What every GraphStore promises. To be called alone in a TEST_CASE: its sections run one by one,
// each with the test case from the start.
void CheckGraphStore(const OpenGraphStore& open);

// The parts, by what they are about.
void CheckGraphStoreKeeping(const OpenGraphStore& open);      // Versions, tombstones, positions.
void CheckGraphStoreSpaces(const OpenGraphStore& open);       // Tenants, legacies, hostile text.
void CheckGraphStoreWalks(const OpenGraphStore& open);        // Pages, walks, paths.
void CheckGraphStoreGenerations(const OpenGraphStore& open);  // Building anew, sweeping.

// The same random history, with operations twice, late and out of order, for a graph and a naive
// model of it in memory: they must answer alike. `rounds` histories.
void CheckGraphStoreAgainstModel(const OpenGraphStore& open, int rounds);

}  // namespace heirloom::contract
