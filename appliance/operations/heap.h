#pragma once

namespace heirloom {

// Gives free memory back to the system when the allocator keeps more than 64 MiB of it. glibc does
// so by itself only at the top of each arena, so that one burst of large requests would be held for
// ever (malloc_trim(3)). Takes milliseconds, and nothing when there is little to give.
void ReturnFreeMemory();

}  // namespace heirloom
