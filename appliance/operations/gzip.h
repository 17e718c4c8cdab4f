#pragma once

#include <string>
#include <string_view>

namespace heirloom {

// RFC 1952, at the best rate: for what is compressed once and sent often. Empty when it fails.
std::string Gzip(std::string_view data);

}  // namespace heirloom
