#pragma once

#include <functional>
#include <memory>

#include "index/chunk_index.h"

namespace heirloom::contract {

// Opens the index that the test case made room for: empty at first, and each time the same one. The
// earlier one is closed before it is opened again.
using OpenChunkIndex = std::function<std::unique_ptr<ChunkIndex>()>;

// What every ChunkIndex promises. To be called alone in a TEST_CASE: its sections run one by one,
// each with the test case from the start.
void CheckChunkIndex(const OpenChunkIndex& open);

// The parts, by what they are about.
void CheckChunkIndexKeeping(const OpenChunkIndex& open);  // Commit, position, versions, vectors.
void CheckChunkIndexGenerations(const OpenChunkIndex& open);  // Building anew, sweeping.
void CheckChunkIndexAccess(const OpenChunkIndex& open);       // Readers, tenants, filters.
void CheckChunkIndexNearness(const OpenChunkIndex& open);     // What is near, in which order.

}  // namespace heirloom::contract
