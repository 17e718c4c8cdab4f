#pragma once

#include <istream>
#include <ostream>
#include <string>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "storage/remote/http_client.h"
#include "storage/remote/retry.h"

namespace heirloom::cli {

struct ImportOptions {
  // JSON Lines (.jsonl, .ndjson), a folder of Markdown, one Markdown file, or `-`: JSON Lines from
  // the standard input.
  std::string path;
  std::string server;  // http://host:port
  std::string legacy;  // A title, founded when missing, or an id.
  // What the ids are unique within. Empty: the name of the file or folder, "stdin" for `-`. It must
  // stay the same from run to run: by it and the id the server knows a story again.
  std::string source;
  std::string token_file;  // Empty: the environment's HEIRLOOM_TOKEN.
  bool json = false;       // One line of JSON instead of the summary.
};

// Everything outside that an import touches.
struct ImportWorld {
  HttpClient& client;
  Pauses& pauses;
  const Clock& clock;
  Random& random;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool terminal = false;  // A person watches `err`.
  std::string token;      // Of the environment.
};

// Brings stories from files into a legacy. Items that are wrong are skipped and reported; they do
// not stop it. Running it again is safe, also after it was cut short: what is there already is left
// as it is, and so is what people have edited or deleted since.
//
// Memory: a batch (about 1 MiB, at most one item of 4 MiB) and the ids seen so far. Gives the exit
// code: 0 it went through, 1 it could not (one line on `err`), 2 the options are wrong.
int ImportStories(const ImportOptions& options, const ImportWorld& world);

// The same in the world of this process.
int RunImportStories(const ImportOptions& options, std::ostream& out, std::ostream& err);

}  // namespace heirloom::cli
