// Handles for reading, one per query that runs: a Xapian handle serves one thread at a time.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "appliance/base/result.h"

namespace Xapian {
class Database;
}

namespace heirloom::xapian {

class ReaderPool {
 public:
  explicit ReaderPool(std::filesystem::path database);
  ~ReaderPool();

  // Runs `search` on the newest commit; again, at most kTries times, when so many commits came
  // during it that Xapian gave up the revision it reads. What `search` throws becomes the error:
  // kUnavailable for time run out, else kInternal.
  Status Run(const std::function<void(const Xapian::Database&)>& search) const;

  // There is a new commit: handles look for it before their next search.
  void Refresh();

 private:
  static constexpr int kTries = 5;
  static constexpr std::size_t kMaxIdle = 8;
  struct Reader;

  std::unique_ptr<Reader> Take() const;
  void GiveBack(std::unique_ptr<Reader> reader) const;

  const std::filesystem::path database_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Reader>> idle_;
  std::uint64_t commits_ = 0;
};

}  // namespace heirloom::xapian
