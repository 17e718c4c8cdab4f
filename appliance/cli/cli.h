#pragma once

namespace heirloom::cli {

// Reads the command line and does what it says. The exit code: 0 done, 1 it failed (one line on
// stderr says why), 2 the command line or the configuration is wrong.
int Run(int argc, const char* const* argv);

}  // namespace heirloom::cli
