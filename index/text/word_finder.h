// Finds the words of a query in a text, for snippets and for marking them.

#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "index/search_index.h"
#include "index/text/query_text.h"

namespace heirloom::text {

// SearchIndex::FindWords. `language` is the text's.
std::vector<TextMatch> FindClauses(const std::vector<Clause>& clauses, std::string_view language,
                                   std::string_view text, std::size_t limit);

}  // namespace heirloom::text
