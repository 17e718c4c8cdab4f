#include "appliance/identity/identity_repository.h"

namespace heirloom::identity_repository {
namespace {

Status Done(const Result<std::int64_t>& executed) {
  if (!executed) return ErrorOf(executed);
  return {};
}

UserRow UserFrom(const Row& row, int first) {
  return {row.String(first), row.String(first + 1), row.String(first + 2),
          row.Text(first + 3) == "admin"};
}

}  // namespace

Result<bool> AnyUser(Reader& reader, std::string_view tenant) {
  bool any = false;
  const Status read = reader.Query("SELECT 1 FROM users WHERE tenant_id = $1 LIMIT 1", {tenant},
                                   [&](const Row&) { return !(any = true); });
  if (!read) return ErrorOf(read);
  return any;
}

Result<bool> AnyAdmin(Reader& reader, std::string_view tenant) {
  bool any = false;
  const Status read =
      reader.Query("SELECT 1 FROM users WHERE tenant_id = $1 AND role = 'admin' LIMIT 1", {tenant},
                   [&](const Row&) { return !(any = true); });
  if (!read) return ErrorOf(read);
  return any;
}

Result<std::optional<UserRow>> UserByEmail(Reader& reader, std::string_view tenant,
                                           std::string_view email_key) {
  std::optional<UserRow> user;
  const Status read = reader.Query(
      "SELECT id, email, name, role FROM users WHERE tenant_id = $1 AND email_key = $2",
      {tenant, email_key}, [&](const Row& row) {
        user = UserFrom(row, 0);
        return false;
      });
  if (!read) return ErrorOf(read);
  return user;
}

Result<std::optional<std::string>> PasswordHashOf(Reader& reader, std::string_view tenant,
                                                  const Id& user) {
  std::optional<std::string> hash;
  const Status read =
      reader.Query("SELECT password_hash FROM credentials WHERE tenant_id = $1 AND user_id = $2",
                   {tenant, std::string_view(user)}, [&](const Row& row) {
                     hash = row.String(0);
                     return false;
                   });
  if (!read) return ErrorOf(read);
  return hash;
}

Status InsertUser(Transaction& tx, std::string_view tenant, const UserRow& user,
                  std::string_view email_key, Time now) {
  return Done(
      tx.Execute("INSERT INTO users (tenant_id, id, email, email_key, name, role, created_at) "
                 "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                 {tenant, std::string_view(user.id), std::string_view(user.email), email_key,
                  std::string_view(user.name), std::string_view(user.is_admin ? "admin" : "person"),
                  SqlOf(now)}));
}

Status SetPassword(Transaction& tx, std::string_view tenant, const Id& user,
                   std::string_view password_hash, Time now) {
  return Done(
      tx.Execute("INSERT INTO credentials (tenant_id, user_id, password_hash, changed_at) "
                 "VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, user_id) DO UPDATE "
                 "SET password_hash = excluded.password_hash, changed_at = excluded.changed_at",
                 {tenant, std::string_view(user), password_hash, SqlOf(now)}));
}

Status InsertSetupLink(Transaction& tx, std::string_view tenant, std::string_view hash, Time now,
                       Time expires) {
  return Done(tx.Execute(
      "INSERT INTO setup_links (tenant_id, hash, created_at, expires_at) VALUES ($1, $2, $3, $4)",
      {tenant, hash, SqlOf(now), SqlOf(expires)}));
}

Result<bool> SetupLinkIsGood(Reader& reader, std::string_view tenant, std::string_view hash,
                             Time now) {
  bool good = false;
  const Status read = reader.Query(
      "SELECT 1 FROM setup_links WHERE tenant_id = $1 AND hash = $2 AND expires_at > $3",
      {tenant, hash, SqlOf(now)}, [&](const Row&) { return !(good = true); });
  if (!read) return ErrorOf(read);
  return good;
}

Status DeleteSetupLinks(Transaction& tx, std::string_view tenant) {
  return Done(tx.Execute("DELETE FROM setup_links WHERE tenant_id = $1", {tenant}));
}

Status InsertSession(Transaction& tx, std::string_view hash, const SessionRow& session) {
  return Done(tx.Execute(
      "INSERT INTO sessions (hash, tenant_id, id, user_id, csrf_token, created_at, last_used_at, "
      "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      {hash, std::string_view(session.tenant_id), std::string_view(session.id),
       std::string_view(session.user.id), std::string_view(session.csrf_token),
       SqlOf(session.created_at), SqlOf(session.last_used_at), SqlOf(session.expires_at)}));
}

Result<std::optional<SessionRow>> SessionByHash(Reader& reader, std::string_view hash) {
  std::optional<SessionRow> session;
  const Status read = reader.Query(
      "SELECT u.id, u.email, u.name, u.role, s.tenant_id, s.id, s.csrf_token, s.created_at, "
      "s.last_used_at, s.expires_at FROM sessions s "
      "JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id WHERE s.hash = $1",
      {hash}, [&](const Row& row) {
        session = SessionRow{row.String(4), row.String(5), UserFrom(row, 0), row.String(6),
                             row.TimeAt(7), row.TimeAt(8), row.TimeAt(9)};
        return false;
      });
  if (!read) return ErrorOf(read);
  return session;
}

Result<bool> DeleteSession(Transaction& tx, std::string_view hash) {
  const auto deleted = tx.Execute("DELETE FROM sessions WHERE hash = $1", {hash});
  if (!deleted) return ErrorOf(deleted);
  return *deleted > 0;
}

Status TouchSession(Transaction& tx, std::string_view hash, Time now) {
  return Done(
      tx.Execute("UPDATE sessions SET last_used_at = $2 WHERE hash = $1", {hash, SqlOf(now)}));
}

Status DeleteSessionsExpiredBy(Transaction& tx, Time now, Time idle_since) {
  return Done(tx.Execute("DELETE FROM sessions WHERE expires_at <= $1 OR last_used_at <= $2",
                         {SqlOf(now), SqlOf(idle_since)}));
}

Status InsertToken(Transaction& tx, std::string_view tenant, std::string_view hash, const Id& id,
                   const Id& user, std::string_view name, std::string_view scopes, Time now) {
  return Done(tx.Execute(
      "INSERT INTO api_tokens (hash, tenant_id, id, user_id, name, scopes, created_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7)",
      {hash, tenant, std::string_view(id), std::string_view(user), name, scopes, SqlOf(now)}));
}

Result<std::optional<TokenRow>> TokenByHash(Reader& reader, std::string_view hash) {
  std::optional<TokenRow> token;
  const Status read = reader.Query(
      "SELECT u.id, u.email, u.name, u.role, t.tenant_id, t.id, t.scopes FROM api_tokens t "
      "JOIN users u ON u.tenant_id = t.tenant_id AND u.id = t.user_id WHERE t.hash = $1",
      {hash}, [&](const Row& row) {
        token = TokenRow{row.String(4), row.String(5), UserFrom(row, 0), row.String(6)};
        return false;
      });
  if (!read) return ErrorOf(read);
  return token;
}

}  // namespace heirloom::identity_repository
