#include "appliance/identity/caller_cache.h"

#include <utility>

namespace heirloom {
namespace {

constexpr Time kLife = Time::FromSeconds(1);
constexpr std::size_t kMost = 10'000;

}  // namespace

std::optional<Caller> CallerCache::Find(const std::string& hash, Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(hash);
  if (found == entries_.end() || found->second.until <= now) return std::nullopt;
  return found->second.caller;
}

std::uint64_t CallerCache::Generation() {
  const std::lock_guard lock(mutex_);
  return generation_;
}

void CallerCache::Put(const std::string& hash, const Caller& caller, Time now,
                      std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  if (generation != generation_) return;
  // All entries live a second at most, so dropping everything when full loses next to nothing.
  if (entries_.size() >= kMost) entries_.clear();
  entries_[hash] = {caller, now + kLife};
}

void CallerCache::Clear() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  entries_.clear();
}

void UseNotes::Add(const std::string& hash, Time now) {
  const std::lock_guard lock(mutex_);
  // A use that is not noted costs nothing: the next one is.
  if (notes_.size() < kMost) notes_[hash] = now;
}

UseNotes::Notes UseNotes::Take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(notes_, {});
}

}  // namespace heirloom
