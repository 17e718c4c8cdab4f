#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/seeded_random.h"

namespace heirloom::testing {

// `seed` with up to `edits` random edits: bytes changed, put in, taken out, or a stretch repeated.
// For parsers, which must answer whatever they are given.
inline std::string Mutate(std::string_view seed, SeededRandom& random, int edits = 4) {
  std::string text(seed);
  for (auto left = 1 + random.Below(static_cast<std::uint64_t>(edits)); left > 0; --left) {
    const std::size_t at = random.Below(text.size() + 1);
    switch (random.Below(5)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(random.Below(256));
        break;
      case 1:
        text.insert(at, 1, static_cast<char>(random.Below(256)));
        break;
      case 2:
        text.erase(at, 1 + random.Below(3));
        break;
      case 3:
        text.insert(at, text.substr(random.Below(text.size() + 1), random.Below(8)));
        break;
      default:  // Bytes that parsers care for.
        text.insert(at, 1, "\"\\{}[]:,/-.X0u\x7f"[random.Below(16)]);
    }
  }
  return text;
}

}  // namespace heirloom::testing
