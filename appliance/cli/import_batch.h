#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "appliance/cli/story_source.h"

namespace heirloom::cli {

// An item on its way: what is still needed once its story is text.
struct PendingItem {
  std::size_t ordinal = 0;  // Its place in the source.
  std::string id;
  SourcePosition where;
};

// Stories collected for one request, at most 50 and, unless one alone is larger, 1 MiB.
class ImportBatch {
 public:
  static constexpr std::size_t kMaxItems = 50;
  static constexpr std::size_t kMaxBytes = 1u << 20;

  // False when it has to be sent first; the batch is then as it was.
  bool Add(const SourceStory& story, PendingItem item);

  bool empty() const { return items_.empty(); }
  const std::vector<PendingItem>& items() const { return items_; }
  std::string Body(const std::string& source) const;  // ImportBatch in the contract.
  void Clear();

 private:
  std::vector<PendingItem> items_;
  std::string stories_;  // JSON objects with commas between.
};

}  // namespace heirloom::cli
