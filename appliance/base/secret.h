#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "appliance/base/result.h"

namespace heirloom {

// A password, key or token that the operator gave: as it is, or as a file whose content it is. The
// file is looked at on each use and read again when it changed, so that a secret is exchanged
// without a restart; also by exchanging a symbolic link on the way to it, as Kubernetes does. While
// the file is gone, empty or cannot be read, the last good secret stays, and the log says so once.
// Never logged and never shown. Copies share what they know. Thread-safe.
class Secret {
 public:
  static constexpr std::size_t kMaxBytes = 64u << 10;

  Secret() = default;  // None.
  static Secret Literal(std::string value);
  // kInvalidArgument, in words for the operator, when there is nothing good in it now. One line
  // break at its end does not count.
  static Result<Secret> FromFile(const std::filesystem::path& path);

  bool IsSet() const { return source_ != nullptr; }
  // As it is now; empty when there is none.
  std::string Value() const;

 private:
  class Source;
  explicit Secret(std::shared_ptr<Source> source) : source_(std::move(source)) {}

  std::shared_ptr<Source> source_;
};

}  // namespace heirloom
