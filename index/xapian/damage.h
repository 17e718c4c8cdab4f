// A note beside the index that its files are damaged, so that the next start builds it again:
// damage shows where a search happens to read, long after the index was opened.

#pragma once

#include <filesystem>

namespace heirloom::xapian {

void MarkDamaged(const std::filesystem::path& database);
bool IsMarkedDamaged(const std::filesystem::path& database);
void ForgetDamage(const std::filesystem::path& database);

}  // namespace heirloom::xapian
