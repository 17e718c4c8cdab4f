#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "storage/graph_store.h"

namespace heirloom {

struct RocksDbGraphOptions {
  std::filesystem::path directory;  // Made when missing; ours alone.
  // What is read again and again stays in memory, up to so many bytes.
  std::size_t cache_bytes = 32u << 20;
};

// A GraphStore in files of one directory (README.md beside this says how). Damaged ones, and those
// of another schema, are opened empty. kUnavailable when the directory cannot be used: no room, no
// right, another process has it open.
Result<std::unique_ptr<GraphStore>> OpenRocksDbGraphStore(const RocksDbGraphOptions& options);

}  // namespace heirloom
