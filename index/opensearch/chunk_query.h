// A story's passages as an OpenSearch document, and the question for those nearest to a vector.
// Thread-safe: pure functions.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "appliance/base/json.h"
#include "appliance/base/result.h"
#include "index/chunk_index.h"

namespace heirloom::opensearch {

std::string ChunksJson(const PutChunks& put);

// The search for the `limit` stories nearest to the query's vector, nearest first. Filters narrow
// it first, then every passage that is left is compared (the k-NN plugin's "knn_score"). Never a
// graph of neighbours: which ways lead through it depends on passages that the reader may not see.
std::string NearestJson(const ChunkQuery& query);

// Of a whole answer. kInternal when it is of another make.
Result<std::vector<ChunkHit>> ReadNearest(const Json& answer);

// Which of these hashes (bounded) the passages of an index still have: question, and answer.
std::string UsedHashesJson(const std::vector<std::string>& hashes);
std::vector<std::string> ReadUsedHashes(const Json& answer);

}  // namespace heirloom::opensearch
