#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "appliance/base/result.h"
#include "appliance/promotion/tables.h"
#include "storage/database.h"

namespace heirloom::promotion {

// NULL, or what a column may hold.
using Value = std::variant<std::monostate, std::int64_t, std::string>;
using Values = std::vector<Value>;

// Rows in their key's order, each with all of its table's columns.
struct RowPage {
  std::vector<Values> rows;
  bool last = false;
};

// What one page holds at most, but for a single row that is larger.
inline constexpr std::size_t kMaxPageRows = 256;
inline constexpr std::size_t kMaxPageBytes = 4u << 20;

// The rows that follow the key `after`; empty: from the first one. Enters by the primary key.
Result<RowPage> ReadPage(Reader& reader, const Table& table, const Values& after);

// The key of a row.
Values KeyOf(const Table& table, const Values& row);

// Fails as the database does: kConflict when one is there already.
Status InsertRows(Transaction& tx, const Table& table, std::span<const Values> rows);

struct TableDigest {
  std::int64_t rows = 0;
  std::string sha256;  // Over every value of every row, in order, with its length.

  friend bool operator==(const TableDigest&, const TableDigest&) = default;
};

// Reads the whole table, a page at a time: of one that nobody changes meanwhile. `on_rows` hears of
// each page's rows; its error ends it.
Result<TableDigest> DigestOf(Database& database, const Table& table,
                             const std::function<Status(std::int64_t rows)>& on_rows);

}  // namespace heirloom::promotion
