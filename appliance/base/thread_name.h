#pragma once

namespace heirloom {

// Names the calling thread, so that top, perf and a debugger say what each thread does.
// The kernel keeps 15 bytes; what is longer is cut.
void NameThisThread(const char* name);

}  // namespace heirloom
