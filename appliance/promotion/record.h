#pragma once

#include <optional>
#include <string>

#include "appliance/base/result.h"
#include "appliance/promotion/row_pages.h"
#include "storage/database.h"

namespace heirloom::promotion {

// How far the copying into this database has come: a row of its `meta`, changed in the transaction
// of what was copied.
struct Record {
  std::string id;  // Of the move: that of both seals.
  // The table that is being copied, "blobs" after the last one, "done" when all is there.
  std::string stage;
  // What was copied of it last: the key of a row; of blobs the tenant, and where its list goes on.
  Values after;

  static constexpr std::string_view kBlobs = "blobs";
  static constexpr std::string_view kDone = "done";

  friend bool operator==(const Record&, const Record&) = default;
};

// None: nothing was ever moved in here. kInternal when it cannot be understood.
Result<std::optional<Record>> ReadRecord(Reader& reader);
Status PutRecord(Transaction& tx, const Record& record);

}  // namespace heirloom::promotion
