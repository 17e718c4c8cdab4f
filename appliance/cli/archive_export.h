#pragma once

#include <string>

#include "appliance/cli/server_world.h"

namespace heirloom::cli {

struct ExportOptions {
  std::string server;  // http://host:port
  std::string out;     // The ZIP file; one of that name is replaced at the very end.
  std::string legacy;  // A title or an id; empty: all that the token's owner owns.
  std::string token_file;
  bool json = false;  // One line of JSON instead of a sentence.
};

// Takes an archive from a server: piece by piece, going on where a connection broke; then all of it
// is checked, synced, and only then given its name. Gives the exit code: 0 it is there, 1 it is not
// (one line on `err`), 2 the options are wrong. An archive that arrived and does not hold together
// is kept beside as FILE.damaged, since it may be all that is left.
int ExportArchive(const ExportOptions& options, const ServerWorld& world);

}  // namespace heirloom::cli
