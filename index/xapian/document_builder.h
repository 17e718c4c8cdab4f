// A story or its tombstone as a Xapian document.

#pragma once

#include <cstdint>
#include <string>

#include "index/search_index.h"

namespace Xapian {
class Document;
}

namespace heirloom::xapian {

Xapian::Document BuildStory(const PutStory& put);
Xapian::Document BuildTombstone(const DropStory& drop);

}  // namespace heirloom::xapian
