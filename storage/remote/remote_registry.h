#pragma once

#include <functional>
#include <mutex>
#include <vector>

namespace heirloom {

class RemoteService;

// The services of one process, for /metrics and health pages. A service that is made with a
// RemoteWorld that names a registry stands in it as long as it lives. Thread-safe.
class RemoteRegistry {
 public:
  void Add(const RemoteService& service);
  void Remove(const RemoteService& service);

  // In the order in which they were made; two may have one name. None comes or goes meanwhile, so
  // `visit` must be quick, and make none.
  void Visit(const std::function<void(const RemoteService&)>& visit) const;

 private:
  mutable std::mutex mutex_;
  std::vector<const RemoteService*> services_;  // Guarded by mutex_.
};

}  // namespace heirloom
