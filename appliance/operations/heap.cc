#include "appliance/operations/heap.h"

#include <malloc.h>

#include <cstddef>

namespace heirloom {
namespace {

constexpr std::size_t kKept = 64u << 20;

}  // namespace

void ReturnFreeMemory() {
  if (::mallinfo2().fordblks > kKept) ::malloc_trim(0);
}

}  // namespace heirloom
