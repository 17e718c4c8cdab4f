#include "appliance/search/result_lists.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace heirloom {

std::string ResultLists::Keep(const std::string& owner, const std::string& person,
                              Stories stories) {
  const std::lock_guard lock(mutex_);
  ForgetOld();
  kept_ += stories->size();
  // The start of the process is part of the name, or one from before a restart might fit.
  if (last_name_ == 0) last_name_ = static_cast<std::uint64_t>(clock_.Now().micros);
  std::string name = std::to_string(++last_name_);
  entries_.push_front({name, owner, person, std::move(stories), clock_.Now()});
  MakeRoom(person);
  return name;
}

ResultLists::Stories ResultLists::Find(const std::string& name, const std::string& owner) {
  const std::lock_guard lock(mutex_);
  ForgetOld();
  const auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& each) {
    return each.name == name && each.owner == owner;
  });
  if (entry == entries_.end()) return nullptr;
  entry->used = clock_.Now();
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->stories;
}

void ResultLists::Forget(std::list<Entry>::iterator entry) {
  kept_ -= entry->stories->size();
  entries_.erase(entry);
}

void ResultLists::ForgetOld() {
  const Time now = clock_.Now();
  while (!entries_.empty() && entries_.back().used + limits_.keep_for < now) {
    Forget(std::prev(entries_.end()));
  }
}

// The newest list stays, whatever its size.
void ResultLists::MakeRoom(const std::string& person) {
  std::size_t theirs = 0;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (entry->person == person && ++theirs > limits_.lists_each) Forget(entry);
    entry = next;
  }
  while (kept_ > limits_.stories && entries_.size() > 1) Forget(std::prev(entries_.end()));
}

}  // namespace heirloom
