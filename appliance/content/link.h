#pragma once

#include <string_view>

#include "appliance/content/schema.h"

namespace heirloom::content {

// Whether a link may point there: one of rule.schemes (with :// and a host, but for mailto:) or,
// with rule.paths, a path of this site. Judged as browsers read it (URL Standard, section 4.4),
// which skip tabs and line ends, take a backslash for a slash, and http:x for a path of this site;
// so everything of that kind is refused, and what people cannot see as well.
bool IsSafeLink(std::string_view target, const LinkRule& rule);

}  // namespace heirloom::content
