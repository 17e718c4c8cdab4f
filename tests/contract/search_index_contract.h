#pragma once

#include <functional>
#include <memory>

#include "index/search_index.h"

namespace heirloom::contract {

// Opens the index that the test case made room for: empty at first, and each time the same one. The
// earlier one is closed before it is opened again.
using OpenSearchIndex = std::function<std::unique_ptr<SearchIndex>()>;

// What every SearchIndex promises. To be called alone in a TEST_CASE: its sections run one by one,
// each with the test case from the start.
void CheckSearchIndex(const OpenSearchIndex& open);

// The parts, by what they are about.
void CheckSearchIndexKeeping(const OpenSearchIndex& open);      // Commit, position, versions.
void CheckSearchIndexGenerations(const OpenSearchIndex& open);  // Building anew, sweeping.
void CheckSearchIndexAccess(const OpenSearchIndex& open);       // Readers, tenants, filters.
void CheckSearchIndexWords(const OpenSearchIndex& open);        // What words find.
void CheckSearchIndexOrder(const OpenSearchIndex& open);        // Ranking, pages, many documents.
void CheckSearchIndexVocabulary(const OpenSearchIndex& open);   // Completions and corrections.
void CheckSearchIndexFindWords(const OpenSearchIndex& open);    // Marks for snippets.

}  // namespace heirloom::contract
