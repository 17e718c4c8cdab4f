#pragma once

#include "appliance/base/result.h"
#include "appliance/content/schema.h"
#include "appliance/content/tree.h"

struct cmark_node;

namespace heirloom::content {

// A parsed Markdown text as a tree that the schema allows. kTooLarge past the limit of nodes.
Result<Node> TreeFromParsed(cmark_node& root, const Schema& schema);

}  // namespace heirloom::content
