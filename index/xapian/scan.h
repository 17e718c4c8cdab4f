#pragma once

#include <cstddef>
#include <string>

#include "index/search_index.h"

namespace Xapian {
class Database;
}

namespace heirloom::xapian {

// As SearchIndex::Scan, in the order of key terms. What Xapian throws passes.
IndexedPage ScanStories(const Xapian::Database& database, const std::string& after,
                        std::size_t limit);

}  // namespace heirloom::xapian
