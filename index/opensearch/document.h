// A story or its tombstone as an OpenSearch document.

#pragma once

#include <string>

#include "index/search_index.h"

namespace heirloom::opensearch {

std::string StoryJson(const PutStory& put);
std::string TombstoneJson(const DropStory& drop);

}  // namespace heirloom::opensearch
