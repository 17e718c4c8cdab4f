// Files that must survive loss of power. Inside storage/sqlite only.

#pragma once

#include <filesystem>

#include "appliance/base/result.h"

namespace heirloom::sqlite {

// Makes the file for its owner alone before SQLite would make it with the umask's mode.
Status MakePrivateFile(const std::filesystem::path& path);

Status SyncFile(const std::filesystem::path& path);
// Makes names in the folder survive, new and removed ones; SQLite syncs its files alone.
Status SyncFolderOf(const std::filesystem::path& path);

// Gives `from` the name `to`, durably; kConflict when that is taken, which never is overwritten.
Status NameDurably(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace heirloom::sqlite
