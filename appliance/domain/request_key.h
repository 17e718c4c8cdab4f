#pragma once

#include <string>

namespace heirloom {

// What names a request that may be sent twice (header Idempotency-Key): unique per (principal,
// route, key) for 24 hours. `digest` tells a repeat from another request under the same key.
struct RequestKey {
  std::string route;   // Method and pattern: "POST /api/v1/stories".
  std::string key;     // As the client chose it: 1 to 255 visible ASCII characters.
  std::string digest;  // SHA-256 of path and body, hex.
};

}  // namespace heirloom
