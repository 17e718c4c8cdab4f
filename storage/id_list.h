#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/random.h"
#include "storage/database.h"

namespace heirloom {

// `… IN (…)` over many ids: in pieces of always the same size, so that it is always the same
// statement, and few round trips whatever the number.
inline constexpr std::size_t kIdsPerQuery = 32;

// "$first, …": kIdsPerQuery of them.
inline std::string IdPlaces(std::size_t first) {
  std::string text;
  for (std::size_t i = 0; i < kIdsPerQuery; ++i) {
    text += (i == 0 ? "$" : ", $") + std::to_string(first + i);
  }
  return text;
}

// Runs `sql`, which takes `head` and then the ids, for all of them; rows come piece by piece.
inline Status QueryByIds(Reader& reader, std::string_view sql, const std::vector<SqlValue>& head,
                         std::span<const Id> ids, const OnRow& on_row) {
  for (std::size_t from = 0; from < ids.size(); from += kIdsPerQuery) {
    std::vector<SqlValue> params = head;
    for (const Id& id : ids.subspan(from, std::min(kIdsPerQuery, ids.size() - from))) {
      params.emplace_back(std::string_view(id));
    }
    params.resize(head.size() + kIdsPerQuery, std::string_view(""));  // Which is no id.
    if (Status s = reader.Query(sql, Params(params), on_row); !s) return s;
  }
  return {};
}

}  // namespace heirloom
