#pragma once

#include <string>

#include "appliance/cli/server_world.h"

namespace heirloom::cli {

struct ArchiveImportOptions {
  std::string path;    // The ZIP file.
  std::string server;  // http://host:port
  std::string token_file;
  bool json = false;  // One line of JSON instead of the summary.
};

// Brings an archive back. All of it is checked before anything is sent: a damaged one is refused
// with the file that is wrong, and nothing is imported. Running it again is safe, also after it was
// cut short. Gives the exit code: 0 it went through, 1 it could not (one line on `err`), 2 the
// options are wrong.
int ImportArchive(const ArchiveImportOptions& options, const ServerWorld& world);

}  // namespace heirloom::cli
