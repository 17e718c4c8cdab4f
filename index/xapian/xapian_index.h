#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "appliance/base/result.h"
#include "index/search_index.h"
#include "index/xapian/ranking.h"

namespace heirloom {

struct XapianOptions {
  std::filesystem::path directory;  // Made when missing. The index keeps its files below it.
  std::chrono::milliseconds query_limit{5000};
  xapian::Ranking ranking = {};
};

// The search index in the data directory. One that cannot be read, or was written by another
// version of its schema, is opened empty, and the log says so: it is built again from the truth.
// kUnavailable when another process writes to it or the directory cannot be written.
Result<std::unique_ptr<SearchIndex>> OpenXapianIndex(const XapianOptions& options);

}  // namespace heirloom
