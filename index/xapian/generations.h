// Which of the folders of an index is the one that is asked. Beside each other in one folder lie
// generations ("000001", …), each a Xapian database, and CURRENT, a file that names one of them and
// is replaced in one step.

#pragma once

#include <filesystem>
#include <string>

#include "appliance/base/result.h"

namespace heirloom::xapian {

class Generations {
 public:
  // `folder` is ours alone and is made when missing. kUnavailable when that is not possible.
  static Result<Generations> Open(const std::filesystem::path& folder);

  // What CURRENT names; an empty path when it names nothing that is there.
  std::filesystem::path Current() const;

  // A name that is not taken, for a new one.
  std::filesystem::path New();

  // Durably, in one step. kUnavailable when it could not be written; the old one holds then.
  Status MakeCurrent(const std::filesystem::path& generation);

  // Removes everything but `keep`, what an earlier schema left beside the folder too.
  void Sweep(const std::filesystem::path& keep) const;

 private:
  explicit Generations(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::filesystem::path folder_;
};

}  // namespace heirloom::xapian
