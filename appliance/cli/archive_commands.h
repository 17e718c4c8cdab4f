#pragma once

#include "appliance/cli/archive_export.h"
#include "appliance/cli/archive_import.h"

namespace heirloom::cli {

// The same in the world of this process.
int RunExportArchive(const ExportOptions& options);
int RunImportArchive(const ArchiveImportOptions& options);

}  // namespace heirloom::cli
