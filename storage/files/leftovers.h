#pragma once

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "storage/files/layout.h"

namespace heirloom::files {

// Removes files of bytes that no record names and that were last written before `before`: a process
// was killed between the two, or before it could remove what it had overwritten. Reads every
// folder's names, and the records of what is left over alone.
Status RemoveUnnamed(const Layout& layout, Time before);

}  // namespace heirloom::files
