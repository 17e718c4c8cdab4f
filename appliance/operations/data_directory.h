#pragma once

#include <filesystem>
#include <optional>

#include "appliance/base/result.h"
#include "appliance/http/unique_fd.h"

namespace heirloom {

// The folder that holds an installation. Who holds its lock alone may open what is embedded in it;
// the kernel gives the lock back however the process ends.
class DataDirectory {
 public:
  enum class Missing { kCreate, kRefuse };

  // Opens the folder; with kCreate it is made first, for its owner alone. kNotFound when it is not
  // there, kForbidden when it may not be used.
  static Result<DataDirectory> Open(const std::filesystem::path& path, Missing missing);

  const std::filesystem::path& path() const { return path_; }
  // Of the folder itself, for reaching what lies in it however long its path is.
  int descriptor() const { return folder_.get(); }

  // True when this process has the lock now, false when another one has it. The lock is held as
  // long as this object.
  Result<bool> TryLock();
  // Who has it, as far as is known: for messages.
  std::optional<int> LockHolder() const;

  // kForbidden when root is about to put files of its own into somebody else's installation, which
  // its daemon could not open afterwards.
  Status CheckOwner() const;

 private:
  DataDirectory(std::filesystem::path path, http::UniqueFd folder)
      : path_(std::move(path)), folder_(std::move(folder)) {}

  std::filesystem::path path_;
  http::UniqueFd folder_;
  http::UniqueFd lock_;
};

}  // namespace heirloom
