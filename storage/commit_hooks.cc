#include "storage/commit_hooks.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "appliance/base/log.h"
#include "storage/guarded_call.h"

namespace heirloom {

// Held while hooks run: whoever ends a subscription waits for them.
struct CommitHooks::Hooks {
  std::mutex mutex;
  std::vector<Subscription::Entry*> entries;
};

struct CommitHooks::Subscription::Entry {
  std::shared_ptr<Hooks> hooks;
  Hook hook;
};

CommitHooks::Subscription::Subscription(std::shared_ptr<Entry> entry) : entry_(std::move(entry)) {}

CommitHooks::Subscription& CommitHooks::Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    End();
    entry_ = std::move(other.entry_);
  }
  return *this;
}

void CommitHooks::Subscription::End() {
  const auto entry = std::exchange(entry_, nullptr);
  if (!entry) return;
  const std::lock_guard lock(entry->hooks->mutex);
  std::erase(entry->hooks->entries, entry.get());
}

CommitHooks::CommitHooks() : hooks_(std::make_shared<Hooks>()) {}

CommitHooks::~CommitHooks() = default;

CommitHooks::Subscription CommitHooks::Add(Hook hook) {
  auto entry = std::make_shared<Subscription::Entry>(Subscription::Entry{hooks_, std::move(hook)});
  const std::lock_guard lock(hooks_->mutex);
  hooks_->entries.push_back(entry.get());
  return Subscription(std::move(entry));
}

void CommitHooks::Tell(std::int64_t head) {
  const std::lock_guard lock(hooks_->mutex);
  for (const Subscription::Entry* entry : hooks_->entries) {
    const Status told = CallGuarded([&]() -> Status {
      entry->hook(head);
      return {};
    });
    if (!told) LogError("a commit hook failed", {{"why", told.error().message}});
  }
}

}  // namespace heirloom
