// Lines for `_bulk`, and what becomes of each of them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.h"
#include "index/opensearch/connection.h"
#include "storage/remote/retry.h"

namespace heirloom::opensearch {

// Writes in order. What is written must bear to come twice.
class Bulk {
 public:
  // Put unless something newer is there; equal is put again.
  void Put(std::string_view id, std::int64_t version, std::string_view document);
  // Deleted unless it was written to since it was read at this place.
  void Delete(std::string_view id, std::int64_t seq_no, std::int64_t primary_term);

  bool Empty() const { return items_.empty(); }
  std::size_t Bytes() const { return bytes_; }
  void Clear();

  // Sends all to `index`, which must be an alias, so that OpenSearch makes no index of its own of a
  // name that is gone (kNotFound). Not seen before a refresh. What is refused as older, or deleted
  // already, is done; what the cluster has no room for now is sent again, a few times.
  // kUnavailable when some are left then, kInternal when it cannot read one of ours.
  Status Send(const Connection& connection, std::string_view index, Pauses& pauses) const;

 private:
  std::vector<std::string> items_;  // Each its one or two lines.
  std::size_t bytes_ = 0;
};

}  // namespace heirloom::opensearch
