#include "appliance/identity/identity_repository.h"

namespace heirloom {

UserRow UserFrom(const Row& row, int first) {
  return {row.String(first), row.String(first + 1), row.String(first + 2),
          row.Text(first + 3) == "admin"};
}

namespace identity_repository {
namespace {

Status Done(const Result<std::int64_t>& executed) {
  if (!executed) return ErrorOf(executed);
  return {};
}

Result<bool> Any(Reader& reader, std::string_view sql, std::initializer_list<SqlValue> params) {
  bool any = false;
  const Status read = reader.Query(sql, params, [&](const Row&) { return !(any = true); });
  if (!read) return ErrorOf(read);
  return any;
}

}  // namespace

Result<bool> AnyUser(Reader& reader, std::string_view tenant) {
  return Any(reader, "SELECT 1 FROM users WHERE tenant_id = $1 LIMIT 1", {tenant});
}

Result<bool> AnyAdmin(Reader& reader, std::string_view tenant) {
  return Any(reader, "SELECT 1 FROM users WHERE tenant_id = $1 AND role = 'admin' LIMIT 1",
             {tenant});
}

Result<bool> AnyAdminBeside(Reader& reader, std::string_view tenant, const Id& user) {
  return Any(reader,
             "SELECT 1 FROM users WHERE tenant_id = $1 AND role = 'admin' AND id <> $2 "
             "AND disabled_at IS NULL LIMIT 1",
             {tenant, user});
}

Result<std::optional<SignInRow>> ByEmail(Reader& reader, std::string_view tenant,
                                         std::string_view email_key) {
  std::optional<SignInRow> found;
  const Status read = reader.Query(
      "SELECT u.id, u.email, u.name, u.role, u.disabled_at, c.password_hash FROM users u "
      "LEFT JOIN credentials c ON c.tenant_id = u.tenant_id AND c.user_id = u.id "
      "WHERE u.tenant_id = $1 AND u.email_key = $2",
      {tenant, email_key}, [&](const Row& row) {
        found = SignInRow{UserFrom(row, 0), !row.IsNull(4), row.String(5)};
        return false;
      });
  if (!read) return ErrorOf(read);
  return found;
}

Result<std::vector<UserInfo>> Users(Reader& reader, std::string_view tenant,
                                    std::string_view after_email_key, std::int64_t limit) {
  std::vector<UserInfo> users;
  const Status read = reader.Query(
      "SELECT id, email, name, role, created_at, disabled_at FROM users "
      "WHERE tenant_id = $1 AND email_key > $2 ORDER BY email_key LIMIT $3",
      {tenant, after_email_key, limit}, [&](const Row& row) {
        const UserRow user = UserFrom(row, 0);
        users.push_back({{user.id, user.name, user.email, user.is_admin},
                         row.TimeAt(4),
                         row.IsNull(5) ? std::nullopt : std::optional(row.TimeAt(5))});
        return true;
      });
  if (!read) return ErrorOf(read);
  return users;
}

Status InsertUser(Transaction& tx, std::string_view tenant, const UserRow& user,
                  std::string_view email_key, Time now) {
  return Done(
      tx.Execute("INSERT INTO users (tenant_id, id, email, email_key, name, role, created_at) "
                 "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                 {tenant, user.id, user.email, email_key, user.name,
                  std::string_view(user.is_admin ? "admin" : "person"), SqlOf(now)}));
}

Status SetPassword(Transaction& tx, std::string_view tenant, const Id& user,
                   std::string_view password_hash, Time now) {
  return Done(
      tx.Execute("INSERT INTO credentials (tenant_id, user_id, password_hash, changed_at) "
                 "VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, user_id) DO UPDATE "
                 "SET password_hash = excluded.password_hash, changed_at = excluded.changed_at",
                 {tenant, user, password_hash, SqlOf(now)}));
}

Status SetDisabled(Transaction& tx, std::string_view tenant, const Id& user,
                   std::optional<Time> disabled_at) {
  return Done(tx.Execute("UPDATE users SET disabled_at = $3 WHERE tenant_id = $1 AND id = $2",
                         {tenant, user, disabled_at ? SqlOf(*disabled_at) : SqlValue(nullptr)}));
}

Status InsertSetupLink(Transaction& tx, std::string_view tenant, std::string_view hash, Time now,
                       Time expires) {
  return Done(tx.Execute(
      "INSERT INTO setup_links (tenant_id, hash, created_at, expires_at) VALUES ($1, $2, $3, $4)",
      {tenant, hash, SqlOf(now), SqlOf(expires)}));
}

Result<bool> SetupLinkIsGood(Reader& reader, std::string_view tenant, std::string_view hash,
                             Time now) {
  return Any(reader,
             "SELECT 1 FROM setup_links WHERE tenant_id = $1 AND hash = $2 AND expires_at > $3",
             {tenant, hash, SqlOf(now)});
}

Status DeleteSetupLinks(Transaction& tx, std::string_view tenant) {
  return Done(tx.Execute("DELETE FROM setup_links WHERE tenant_id = $1", {tenant}));
}

}  // namespace identity_repository
}  // namespace heirloom
