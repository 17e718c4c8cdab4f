#include "storage/remote/remote_registry.h"

namespace heirloom {

void RemoteRegistry::Add(const RemoteService& service) {
  const std::lock_guard lock(mutex_);
  services_.push_back(&service);
}

void RemoteRegistry::Remove(const RemoteService& service) {
  const std::lock_guard lock(mutex_);
  std::erase(services_, &service);
}

void RemoteRegistry::Visit(const std::function<void(const RemoteService&)>& visit) const {
  const std::lock_guard lock(mutex_);
  for (const RemoteService* service : services_) visit(*service);
}

}  // namespace heirloom
