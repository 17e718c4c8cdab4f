// The words that a reader may know of. Only stories that the reader may see are counted, so that
// nothing here depends on what they may not.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/json.h"
#include "appliance/base/result.h"
#include "index/opensearch/query.h"

namespace heirloom::opensearch {

// A search for words that begin so, in stories that pass `filters`, and what its answer tells.
std::string BeginningJson(std::string_view plain_beginning, const Parts& filters);
std::vector<std::string> ReadCompletions(const Json& answer, std::string_view plain_beginning,
                                         std::size_t limit);

// A search for words near to one, and the nearest of its answer, as written.
std::string NearJson(std::string_view plain_word, const Parts& filters);
std::optional<std::string> ReadNearest(const Json& answer, std::string_view plain_word);

}  // namespace heirloom::opensearch
