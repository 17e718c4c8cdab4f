#include "storage/meta_row.h"

namespace heirloom {

Result<std::optional<std::string>> ReadMeta(Reader& reader, std::string_view key) {
  std::optional<std::string> value;
  const Status read =
      reader.Query("SELECT value FROM meta WHERE key = $1", {key}, [&](const Row& row) {
        value = row.String(0);
        return true;
      });
  if (!read) return ErrorOf(read);
  return value;
}

Status PutMeta(Transaction& tx, std::string_view key, std::string_view value) {
  const auto put = tx.Execute(
      "INSERT INTO meta (key, value) VALUES ($1, $2) "
      "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      {key, value});
  return put ? Status() : Status(ErrorOf(put));
}

Status RemoveMeta(Transaction& tx, std::string_view key) {
  const auto removed = tx.Execute("DELETE FROM meta WHERE key = $1", {key});
  return removed ? Status() : Status(ErrorOf(removed));
}

}  // namespace heirloom
