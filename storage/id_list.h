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

// "$first, …": always `count` of them.
inline std::string IdPlaces(std::size_t first, std::size_t count = kIdsPerQuery) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += (i == 0 ? "$" : ", $") + std::to_string(first + i);
  }
  return text;
}

// `head`, then the ids, at most `count` of them, then empty strings, which are no ids.
inline std::vector<SqlValue> WithIds(std::vector<SqlValue> head, std::span<const Id> ids,
                                     std::size_t count = kIdsPerQuery) {
  const std::size_t size = head.size() + count;
  for (const Id& id : ids.first(std::min(count, ids.size()))) {
    head.emplace_back(std::string_view(id));
  }
  head.resize(size, std::string_view(""));
  return head;
}

// Runs `sql`, which takes `head` and then the ids, for all of them; rows come piece by piece.
inline Status QueryByIds(Reader& reader, std::string_view sql, const std::vector<SqlValue>& head,
                         std::span<const Id> ids, const OnRow& on_row) {
  for (std::size_t from = 0; from < ids.size(); from += kIdsPerQuery) {
    const auto params = WithIds(head, ids.subspan(from));
    if (Status s = reader.Query(sql, Params(params), on_row); !s) return s;
  }
  return {};
}

}  // namespace heirloom
