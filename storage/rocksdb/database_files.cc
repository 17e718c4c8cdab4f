#include "storage/rocksdb/database_files.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <fstream>
#include <string>
#include <system_error>

#include "appliance/base/log.h"
#include "storage/rocksdb/keys.h"

namespace heirloom::rocks {
namespace {

namespace fs = std::filesystem;

constexpr char kDamaged[] = "DAMAGED";

// All that touches a node: its filter answers whether a file knows anything of it.
class NodeTransform final : public rocksdb::SliceTransform {
 public:
  const char* Name() const override { return "heirloom.node"; }
  rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    return {key.data(), NodePrefixLength(key.ToStringView())};
  }
  bool InDomain(const rocksdb::Slice& key) const override {
    return NodePrefixLength(key.ToStringView()) > 0;
  }
};

// Small: on a family box the graph is a few megabytes beside everything else.
rocksdb::Options MakeOptions(std::size_t cache_bytes) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(cache_bytes, 2);
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.checksum = rocksdb::kXXH3;
  table.block_size = 4u << 10;
  table.format_version = 5;

  rocksdb::Options options;
  options.create_if_missing = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.prefix_extractor = std::make_shared<NodeTransform>();
  // Neighbouring keys share most of their bytes and are stored without those already; what packing
  // would save on top costs more time than it is worth at this size.
  options.compression = rocksdb::kNoCompression;
  options.write_buffer_size = 4u << 20;
  // Most of what is written is looked for first and is not there.
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.05;
  options.arena_block_size = 64u << 10;
  options.target_file_size_base = 16u << 20;
  options.max_bytes_for_level_base = 64u << 20;
  options.max_open_files = 128;
  options.max_background_jobs = 2;
  options.max_total_wal_size = 8u << 20;
  options.max_manifest_file_size = 1u << 20;
  // Its own threads, statistics and log files are for servers.
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.keep_log_file_num = 1;
  options.max_log_file_size = 256u << 10;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.skip_stats_update_on_db_open = true;
  options.skip_checking_sst_file_sizes_on_db_open = true;
  options.db_write_buffer_size = 8u << 20;
  return options;
}

rocksdb::Status Open(const fs::path& folder, std::size_t cache_bytes,
                     std::unique_ptr<rocksdb::DB>& database) {
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(MakeOptions(cache_bytes), folder.string(), &opened);
  database.reset(opened);
  return status;
}

// Other schemas' too, and a file that is no folder.
void RemoveOthers(const fs::path& directory) {
  std::error_code failed;
  for (fs::directory_iterator it(directory, failed), end; !failed && it != end;
       it.increment(failed)) {
    const std::string name = it->path().filename().string();
    std::error_code ignored;
    if (name.starts_with("graph-v") && name != kSchemaName) fs::remove_all(it->path(), ignored);
  }
}

}  // namespace

Status FromRocksDb(const rocksdb::Status& status) {
  if (status.ok()) return {};
  const bool later = status.IsIOError() || status.IsBusy() || status.IsTryAgain() ||
                     status.IsTimedOut() || status.IsShutdownInProgress() ||
                     status.IsMemoryLimit() || status.IsAborted();
  return Fail(later ? ErrorCode::kUnavailable : ErrorCode::kInternal,
              "graph: " + status.ToString());
}

Result<std::unique_ptr<rocksdb::DB>> OpenDatabaseFiles(const fs::path& directory,
                                                       std::size_t cache_bytes) {
  const fs::path folder = directory / kSchemaName;
  std::error_code failed;
  if (fs::exists(directory, failed) && !fs::is_directory(directory, failed)) {
    fs::remove(directory, failed);
  }
  fs::create_directories(directory, failed);
  if (failed) {
    return Fail(ErrorCode::kUnavailable, "graph: its folder cannot be made: " + failed.message());
  }
  RemoveOthers(directory);
  std::unique_ptr<rocksdb::DB> database;
  const bool marked = fs::exists(directory / kDamaged, failed);
  rocksdb::Status status = marked ? rocksdb::Status::Corruption("marked as damaged")
                                  : Open(folder, cache_bytes, database);
  // A file that is missing is an I/O error to it, and so are a full disk and a lock that is held.
  const bool damaged = status.IsCorruption() || status.IsInvalidArgument() ||
                       status.IsNotSupported() || status.IsPathNotFound() || status.IsNotFound();
  if (damaged) {
    LogWarn("the graph cannot be used and is built again", {{"reason", status.ToString()}});
    fs::remove_all(folder, failed);
    fs::remove(directory / kDamaged, failed);
    status = Open(folder, cache_bytes, database);
  }
  if (!status.ok()) return Fail(ErrorCode::kUnavailable, "graph: " + status.ToString());
  return database;
}

void MarkDamaged(const fs::path& directory) {
  LogError("the graph is damaged; the next start builds it again");
  const std::ofstream mark(directory / kDamaged);
}

}  // namespace heirloom::rocks
