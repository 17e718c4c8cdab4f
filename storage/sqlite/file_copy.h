// A consistent copy of a whole database file. Inside storage/sqlite only.

#pragma once

#include <filesystem>

#include "appliance/base/progress.h"
#include "appliance/base/result.h"

namespace heirloom::sqlite {

// Copies the state of `from` at one moment, with what is still in its log, to the new file `to`,
// which holds all of it in itself: no log beside it. Writers of `from` go on meanwhile. `to` is on
// the disk afterwards; its name may not be (files.h). On failure nothing of it is left.
Status CopyDatabaseFile(const std::filesystem::path& from, const std::filesystem::path& to,
                        Progress& progress);

}  // namespace heirloom::sqlite
