#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace heirloom::promotion {

// A column of a table that is copied, as storage/migrations made it.
struct Column {
  std::string_view name;
  enum class Kind { kText, kInteger } kind = Kind::kText;
};

// A table that is copied. Its first `keys` columns are its primary key: rows are read, written and
// hashed in the key's order.
struct Table {
  std::string_view name;
  std::size_t keys = 0;
  std::span<const Column> columns;
};

// All that is truth, those that others refer to first. A test compares it with the schema: a
// migration that adds a table or a column adds it here, or to TablesLeftBehind.
std::span<const Table> TablesCopied();

// A table that is not copied, and why.
struct TableLeftBehind {
  std::string_view name;
  std::string_view why;
};
std::span<const TableLeftBehind> TablesLeftBehind();

}  // namespace heirloom::promotion
