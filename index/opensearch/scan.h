// Every story that an index holds, page by page.

#pragma once

#include <cstddef>
#include <string>

#include "appliance/base/result.h"
#include "index/opensearch/connection.h"
#include "index/search_index.h"

namespace heirloom::opensearch {

// SearchIndex::Scan. In the order of their keys, so that commits between two pages move nothing.
Result<IndexedPage> ScanStories(const Connection& connection, const std::string& index,
                                const std::string& after, std::size_t limit);

}  // namespace heirloom::opensearch
