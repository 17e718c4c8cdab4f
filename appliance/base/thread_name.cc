#include "appliance/base/thread_name.h"

#include <sys/prctl.h>

namespace heirloom {

void NameThisThread(const char* name) { prctl(PR_SET_NAME, name); }

}  // namespace heirloom
