#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/cli/import_batch.h"
#include "appliance/cli/import_client.h"

namespace heirloom::cli {

// What an import did. The counts are what the server answered: a batch whose answer got lost and
// which was sent again counts as unchanged.
class ImportReport {
 public:
  void Count(const PendingItem& item, const ImportOutcome& outcome);
  void Skip(PendingItem item, std::string reason);

  std::size_t created() const { return created_; }
  std::size_t updated() const { return updated_; }
  std::size_t unchanged() const { return unchanged_; }
  std::size_t skipped() const { return skipped_.size(); }

  // "58 created, 0 updated, 1 unchanged, 1 skipped".
  std::string Counts() const;
  // "Imported WHAT:" and the counts, then a line for each item that was skipped. Nothing in it can
  // steer a terminal.
  void Print(std::ostream& out, std::string_view what) const;
  // One line: {"created":n,"updated":n,"unchanged":n,"skipped":[{"id","line" or "file","reason"}]}.
  // The id is null when the item has none.
  void PrintJson(std::ostream& out) const;

 private:
  struct Skipped {
    PendingItem item;
    std::string reason;
  };
  std::vector<Skipped> InOrder() const;

  std::size_t created_ = 0;
  std::size_t updated_ = 0;
  std::size_t unchanged_ = 0;
  std::vector<Skipped> skipped_;
};

}  // namespace heirloom::cli
