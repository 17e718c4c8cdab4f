#include "appliance/audit/audit_trail.h"

#include "appliance/base/encoding.h"

namespace heirloom::audit {
namespace {

// Lengths before the parts, so that no two entries can be written alike.
void Seal(std::string& sealed, std::string_view part) {
  sealed.append(std::to_string(part.size())).append(":").append(part);
}

std::string HashOf(std::string_view parent, const Entry& entry) {
  std::string sealed;
  Seal(sealed, parent);
  Seal(sealed, std::to_string(entry.number));
  Seal(sealed, std::to_string(entry.at.micros));
  for (const std::string_view part :
       {std::string_view(entry.actor_id), std::string_view(entry.actor_name),
        std::string_view(entry.action), std::string_view(entry.subject),
        std::string_view(entry.legacy_id), std::string_view(entry.detail)}) {
    Seal(sealed, part);
  }
  return Sha256Hex(sealed);
}

// Columns number, at, actor_id, actor_name, action, subject, legacy_id, detail, hash from `first`.
Entry EntryOf(const Row& row, int first) {
  return {row.Integer(first),    row.TimeAt(first + 1), row.String(first + 2),
          row.String(first + 3), row.String(first + 4), row.String(first + 5),
          row.String(first + 6), row.String(first + 7), row.String(first + 8)};
}

Principal Nobody(std::string name) {
  Principal who;
  who.tenant_id = kDefaultTenant;
  who.name = std::move(name);
  return who;
}

}  // namespace

Principal Operator() { return Nobody("operator"); }
Principal Housekeeping() { return Nobody("housekeeping"); }

Status Append(Transaction& tx, const Principal& who, const Record& record, Time now) {
  // Its end is one place for all.
  if (Status s = tx.Lock("audit:" + who.tenant_id, Transaction::LockMode::kExclusive); !s) return s;
  std::int64_t last = 0;
  std::string parent;
  const Status read =
      tx.Query("SELECT number, hash FROM audit WHERE tenant_id = $1 ORDER BY number DESC LIMIT 1",
               {who.tenant_id}, [&](const Row& row) {
                 last = row.Integer(0);
                 parent = row.String(1);
                 return true;
               });
  if (!read) return read;
  Entry entry{last + 1,
              now,
              who.user_id,
              who.name,
              std::string(record.action),
              record.subject,
              record.legacy_id,
              record.detail.empty() ? "{}" : record.detail,
              {}};
  entry.hash = HashOf(parent, entry);
  const auto inserted = tx.Execute(
      "INSERT INTO audit (tenant_id, number, at, actor_id, actor_name, action, subject, legacy_id,"
      " detail, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      {who.tenant_id, SqlValue(entry.number), SqlOf(entry.at), entry.actor_id, entry.actor_name,
       entry.action, entry.subject, entry.legacy_id, entry.detail, entry.hash});
  if (!inserted) return ErrorOf(inserted);
  return {};
}

Result<std::vector<Entry>> Read(Reader& reader, std::string_view tenant_id,
                                const std::optional<Id>& legacy_id, std::int64_t before,
                                std::int64_t limit) {
  std::vector<Entry> entries;
  const auto collect = [&](const Row& row) {
    entries.push_back(EntryOf(row, 0));
    return true;
  };
  const std::int64_t below = before > 0 ? before : INT64_MAX;
  const Status read =
      legacy_id
          ? reader.Query(
                "SELECT number, at, actor_id, actor_name, action, subject, legacy_id, detail, hash"
                " FROM audit WHERE tenant_id = $1 AND legacy_id = $2 AND number < $3"
                " ORDER BY number DESC LIMIT $4",
                {tenant_id, *legacy_id, SqlValue(below), SqlValue(limit)}, collect)
          : reader.Query(
                "SELECT number, at, actor_id, actor_name, action, subject, legacy_id, detail, hash"
                " FROM audit WHERE tenant_id = $1 AND number < $2"
                " ORDER BY number DESC LIMIT $3",
                {tenant_id, SqlValue(below), SqlValue(limit)}, collect);
  if (!read) return ErrorOf(read);
  return entries;
}

Result<std::optional<Break>> Verify(Reader& reader) {
  std::optional<Break> broken;
  std::string tenant;
  std::string parent;
  std::int64_t last = 0;
  const Status read = reader.Query(
      "SELECT tenant_id, number, at, actor_id, actor_name, action, subject, legacy_id, detail, hash"
      " FROM audit ORDER BY tenant_id, number",
      {}, [&](const Row& row) {
        if (row.Text(0) != tenant) {
          tenant = row.String(0);
          parent.clear();
          last = 0;
        }
        const Entry entry = EntryOf(row, 1);
        if (entry.number != last + 1) {
          broken = Break{last + 1, "it is missing"};
        } else if (HashOf(parent, entry) != entry.hash) {
          broken = Break{entry.number, "it, or one before it, is not what was written"};
        }
        last = entry.number;
        parent = entry.hash;
        return !broken;
      });
  if (!read) return ErrorOf(read);
  return broken;
}

}  // namespace heirloom::audit
