// Opens and owns the RocksDB database of the graph: its options, its folder, what damage means.

#pragma once

#include <rocksdb/db.h>

#include <filesystem>
#include <memory>
#include <string_view>

#include "appliance/base/result.h"

namespace heirloom::rocks {

// Where the files of this schema lie below the directory of the graph. Another number whenever keys
// or values change: then the graph is built again.
inline constexpr std::string_view kSchemaName = "graph-v2";

// The only place that knows both vocabularies.
Status FromRocksDb(const rocksdb::Status& status);
inline tl::unexpected<Error> Failure(const rocksdb::Status& status) {
  return ErrorOf(FromRocksDb(status));
}

// Opens what is there; what is damaged or marked so is removed first, and said in the log.
Result<std::unique_ptr<rocksdb::DB>> OpenDatabaseFiles(const std::filesystem::path& directory,
                                                       std::size_t cache_bytes);

// Damage shows where somebody happens to read, long after it was opened: the next start begins
// afresh.
void MarkDamaged(const std::filesystem::path& directory);

}  // namespace heirloom::rocks
