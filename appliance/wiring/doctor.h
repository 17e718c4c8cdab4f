#pragma once

#include <functional>

#include "appliance/base/progress.h"
#include "appliance/base/result.h"
#include "appliance/operations/maintenance_commands.h"
#include "appliance/wiring/config.h"
#include "appliance/wiring/core.h"
#include "index/search_index.h"
#include "storage/blob_store.h"
#include "storage/database_maintenance.h"
#include "storage/graph_store.h"

namespace heirloom {

// The stores that the doctor reads, when they are fit to be opened: a daemon's are open.
struct OpenStores {
  Core* core = nullptr;
  SearchIndex* index = nullptr;   // None: there is no index yet.
  StoryIndex* vectors = nullptr;  // None: there are none yet, or there shall be none.
  GraphStore* graph = nullptr;    // None: there is no graph yet, or it is just being opened.
  BlobStore* blobs = nullptr;     // None: nothing was ever kept there.
};
using OpenForDoctor = std::function<Result<OpenStores>()>;

// Looks over a whole installation, from its files to what its rows say of each other. Changes
// nothing. Beside a daemon it holds up no writer: everything is read in pieces. kUnavailable when
// it was called off.
Result<Examination> ExamineInstallation(const Config& config, DatabaseMaintenance& maintenance,
                                        const OpenForDoctor& open, Progress& progress);

}  // namespace heirloom
