#pragma once

#include <filesystem>
#include <memory>

#include "appliance/base/clock.h"
#include "index/chunk_index.h"

namespace heirloom {

struct FaissOptions {
  std::filesystem::path file;  // Its folder must be there.
};

// A ChunkIndex in one SQLite file, searched in memory by FAISS: some 1.6 KB for each chunk of 384
// dimensions, read at the first search. A damaged file is replaced by an empty one. `clock` must
// outlive it.
Result<std::unique_ptr<ChunkIndex>> OpenFaissIndex(const FaissOptions& options, const Clock& clock);

}  // namespace heirloom
