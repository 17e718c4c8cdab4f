#pragma once

#include <string_view>

#include "appliance/base/result.h"
#include "appliance/content/schema.h"
#include "appliance/content/tree.h"

namespace heirloom::content {

// kInvalidArgument or kTooLarge when `text` cannot become a document.
Status CheckSource(std::string_view text, const DocumentLimits& limits);

// Lines as paragraphs and breaks, without checks.
Result<Node> TreeFromPlainText(std::string_view text, const Schema& schema);

// The lines of `text` with breaks between, as the content of `block`; the nodes added.
std::size_t AppendLines(Node& block, std::string_view text, const Schema& schema);

}  // namespace heirloom::content
