#pragma once

#include <string>
#include <string_view>

#include "appliance/http/message.h"

namespace heirloom::http {

// Content codings (RFC 9110 section 8.4.1).
enum class Coding { kIdentity, kGzip, kBrotli };

std::string_view NameOf(Coding coding);  // As in Content-Encoding: "gzip", "br".

struct CodingChoice {
  Coding coding = Coding::kIdentity;
  bool identity_refused = false;  // Then even what is hardly worth it gets `coding`.
};

// What Accept-Encoding takes best (RFC 9110 section 12.5.3): the highest q; among equals brotli,
// which is both the smaller and the faster. Without the field, identity.
CodingChoice ChooseCoding(const Request& request);

enum class Effort {
  kFast,  // For what is compressed for one answer: about 3 us a KiB.
  kBest,  // For what is compressed once and sent often.
};

// `data` in that coding; empty when it fails, and for kIdentity.
std::string Encode(Coding coding, std::string_view data, Effort effort);

}  // namespace heirloom::http
