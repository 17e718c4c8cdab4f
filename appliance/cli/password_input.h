#pragma once

#include <string>

#include "appliance/base/result.h"

namespace heirloom::cli {

// The first line of standard input, at most 4,095 bytes: a password on the command line would stand
// in the list of processes and in the shell's history. From a terminal it is asked for, twice, and
// not shown.
Result<std::string> ReadPassword();

}  // namespace heirloom::cli
