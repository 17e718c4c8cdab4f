#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"

namespace heirloom {

// What searches found, kept for whoever goes on to the next page: so that while others write, no
// story comes twice and none that was there all along is left out. A list is the order alone; who
// may read what is decided on the truth for each page again. Lists are kept in memory, for ten
// minutes after their last use, the least recently used going first when there are many: who comes
// back later has to do without. Thread-safe.
class ResultLists {
 public:
  using Stories = std::shared_ptr<const std::vector<Id>>;

  struct Limits {
    Time keep_for = Time::FromSeconds(600);
    std::size_t stories = 200'000;  // Of all lists together: some 15 MiB.
    std::size_t lists_each = 8;     // Of one person, so that nobody drives out the others'.
  };

  ResultLists(const Clock& clock, Limits limits) : clock_(clock), limits_(limits) {}
  explicit ResultLists(const Clock& clock) : ResultLists(clock, Limits()) {}

  // Keeps `stories` for `owner` (one who asks, and for what). Gives the name to find them by.
  std::string Keep(const std::string& owner, const std::string& person, Stories stories);
  // None when they are kept no longer, or are not `owner`'s.
  Stories Find(const std::string& name, const std::string& owner);

 private:
  struct Entry {
    std::string name;
    std::string owner;
    std::string person;
    Stories stories;
    Time used;
  };
  void Forget(std::list<Entry>::iterator entry);
  void ForgetOld();
  void MakeRoom(const std::string& person);

  const Clock& clock_;
  const Limits limits_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // The most recently used first.
  std::size_t kept_ = 0;      // Stories in all of them.
  std::uint64_t last_name_ = 0;
};

}  // namespace heirloom
