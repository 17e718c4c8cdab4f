#include "appliance/promotion/row_pages.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "appliance/base/sha256.h"

namespace heirloom::promotion {
namespace {

// Several rows go with one statement, which saves ways to a server; few texts, so that each is
// prepared once.
constexpr std::size_t kRowsTogether = 32;

std::string Names(std::span<const Column> columns) {
  std::string names;
  for (const Column& column : columns) {
    names += (names.empty() ? "" : ", ") + std::string(column.name);
  }
  return names;
}

std::string Parameters(std::size_t first, std::size_t count) {
  std::string text = "(";
  for (std::size_t i = 0; i < count; ++i) {
    text += (i == 0 ? "$" : ", $") + std::to_string(first + i);
  }
  return text + ")";
}

std::string SelectAfter(const Table& table, bool from_first) {
  const std::string key = Names(table.columns.first(table.keys));
  std::string sql = "SELECT " + Names(table.columns) + " FROM " + std::string(table.name);
  if (!from_first) sql += " WHERE (" + key + ") > " + Parameters(1, table.keys);
  return sql + " ORDER BY " + key + " LIMIT " + std::to_string(kMaxPageRows);
}

std::string InsertOf(const Table& table, std::size_t rows) {
  std::string sql =
      "INSERT INTO " + std::string(table.name) + " (" + Names(table.columns) + ") VALUES ";
  for (std::size_t row = 0; row < rows; ++row) {
    if (row > 0) sql += ", ";
    sql += Parameters(1 + row * table.columns.size(), table.columns.size());
  }
  return sql;
}

SqlValue SqlValueOf(const Value& value) {
  if (const auto* const number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* const text = std::get_if<std::string>(&value)) return std::string_view(*text);
  return nullptr;
}

std::vector<SqlValue> SqlValuesOf(std::span<const Values> rows) {
  std::vector<SqlValue> params;
  for (const Values& row : rows) {
    for (const Value& value : row) params.push_back(SqlValueOf(value));
  }
  return params;
}

Value ValueAt(const Row& row, int column, Column::Kind kind) {
  if (row.IsNull(column)) return std::monostate();
  if (kind == Column::Kind::kInteger) return row.Integer(column);
  return row.String(column);
}

std::size_t BytesOf(const Values& row) {
  std::size_t bytes = 0;
  for (const Value& value : row) {
    const auto* const text = std::get_if<std::string>(&value);
    bytes += text ? text->size() : sizeof(std::int64_t);
  }
  return bytes;
}

// "n", "i<number>;" or "t<length>:<bytes>": no two rows give the same text.
void Add(Sha256& hash, const Value& value) {
  if (const auto* const number = std::get_if<std::int64_t>(&value)) {
    hash.Update("i" + std::to_string(*number) + ";");
  } else if (const auto* const text = std::get_if<std::string>(&value)) {
    hash.Update("t" + std::to_string(text->size()) + ":");
    hash.Update(*text);
  } else {
    hash.Update("n");
  }
}

}  // namespace

Result<RowPage> ReadPage(Reader& reader, const Table& table, const Values& after) {
  RowPage page;
  std::size_t bytes = 0;
  bool stopped = false;
  const std::vector<SqlValue> params = SqlValuesOf({&after, 1});
  const Status read = reader.Query(SelectAfter(table, after.empty()), params, [&](const Row& row) {
    Values values;
    values.reserve(table.columns.size());
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      values.push_back(ValueAt(row, static_cast<int>(i), table.columns[i].kind));
    }
    bytes += BytesOf(values);
    page.rows.push_back(std::move(values));
    stopped = bytes >= kMaxPageBytes;
    return !stopped;
  });
  if (!read) return ErrorOf(read);
  page.last = !stopped && page.rows.size() < kMaxPageRows;
  return page;
}

Values KeyOf(const Table& table, const Values& row) {
  return {row.begin(), row.begin() + static_cast<std::ptrdiff_t>(table.keys)};
}

Status InsertRows(Transaction& tx, const Table& table, std::span<const Values> rows) {
  while (!rows.empty()) {
    const std::size_t together = rows.size() >= kRowsTogether ? kRowsTogether : 1;
    const std::vector<SqlValue> params = SqlValuesOf(rows.first(together));
    const auto inserted = tx.Execute(InsertOf(table, together), params);
    if (!inserted) return ErrorOf(inserted);
    rows = rows.subspan(together);
  }
  return {};
}

Result<TableDigest> DigestOf(Database& database, const Table& table,
                             const std::function<Status(std::int64_t rows)>& on_rows) {
  TableDigest digest;
  Sha256 hash;
  Values after;
  for (;;) {
    const auto page =
        ReadOne(database, [&](Reader& reader) { return ReadPage(reader, table, after); });
    if (!page) return ErrorOf(page);
    for (const Values& row : page->rows) {
      for (const Value& value : row) Add(hash, value);
    }
    digest.rows += static_cast<std::int64_t>(page->rows.size());
    if (Status told = on_rows(static_cast<std::int64_t>(page->rows.size())); !told) {
      return ErrorOf(told);
    }
    if (page->last) break;
    after = KeyOf(table, page->rows.back());
  }
  digest.sha256 = hash.Hex();
  return digest;
}

}  // namespace heirloom::promotion
