#pragma once

#include "appliance/base/result.h"

namespace Xapian {
class Error;
}

namespace heirloom::xapian {

// kUnavailable for what may be better later (lock, too many commits, files being replaced),
// kInternal for everything else, damage included.
Error FromXapian(const Xapian::Error& error);

}  // namespace heirloom::xapian
