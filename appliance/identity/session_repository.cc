#include "appliance/identity/session_repository.h"

namespace heirloom::session_repository {
namespace {

// A session to be ended, with its tenant.
struct Ending {
  std::string tenant;
  Id id;
};

Status EndThese(Transaction& tx, const std::vector<Ending>& endings) {
  for (const Ending& ending : endings) {
    const auto deleted = tx.Execute("DELETE FROM sessions WHERE tenant_id = $1 AND id = $2",
                                    {ending.tenant, ending.id});
    if (!deleted) return ErrorOf(deleted);
    tx.Append({ending.tenant, std::string(event_type::kSessionEnded), ending.id, "", 0});
  }
  return {};
}

}  // namespace

Status Insert(Transaction& tx, std::string_view hash, const SessionRow& session) {
  const auto inserted = tx.Execute(
      "INSERT INTO sessions (hash, tenant_id, id, user_id, csrf_token, user_agent, created_at, "
      "last_used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      {hash, session.tenant_id, session.id, session.user.id, session.csrf_token, session.user_agent,
       SqlOf(session.created_at), SqlOf(session.last_used_at), SqlOf(session.expires_at)});
  if (!inserted) return ErrorOf(inserted);
  return {};
}

Result<std::optional<SessionRow>> ByHash(Reader& reader, std::string_view hash) {
  std::optional<SessionRow> session;
  const Status read = reader.Query(
      "SELECT u.id, u.email, u.name, u.role, s.tenant_id, s.id, s.csrf_token, s.user_agent, "
      "s.created_at, s.last_used_at, s.expires_at FROM sessions s "
      "JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id "
      "WHERE s.hash = $1 AND u.disabled_at IS NULL",
      {hash}, [&](const Row& row) {
        session = SessionRow{row.String(4), row.String(5), UserFrom(row, 0), row.String(6),
                             row.String(7), row.TimeAt(8), row.TimeAt(9),    row.TimeAt(10)};
        return false;
      });
  if (!read) return ErrorOf(read);
  return session;
}

Result<std::vector<SessionInfo>> OfUser(Reader& reader, std::string_view tenant, const Id& user,
                                        const std::optional<SessionPlace>& after,
                                        std::int64_t limit) {
  const SessionPlace from = after.value_or(SessionPlace{{INT64_MAX}, ""});
  std::vector<SessionInfo> sessions;
  const Status read = reader.Query(
      "SELECT id, user_agent, created_at, last_used_at, expires_at FROM sessions "
      "WHERE tenant_id = $1 AND user_id = $2 AND (last_used_at, id) < ($3, $4) "
      "ORDER BY last_used_at DESC, id DESC LIMIT $5",
      {tenant, user, SqlOf(from.last_used_at), from.id, limit}, [&](const Row& row) {
        sessions.push_back(
            {row.String(0), false, row.String(1), row.TimeAt(2), row.TimeAt(3), row.TimeAt(4)});
        return true;
      });
  if (!read) return ErrorOf(read);
  return sessions;
}

Status Touch(Transaction& tx, std::string_view hash, Time now) {
  const auto touched =
      tx.Execute("UPDATE sessions SET last_used_at = $2 WHERE hash = $1", {hash, SqlOf(now)});
  if (!touched) return ErrorOf(touched);
  return {};
}

Result<bool> Rotate(Transaction& tx, std::string_view tenant, const Id& id,
                    std::string_view new_hash) {
  const auto rotated = tx.Execute("UPDATE sessions SET hash = $3 WHERE tenant_id = $1 AND id = $2",
                                  {tenant, id, new_hash});
  if (!rotated) return ErrorOf(rotated);
  return *rotated > 0;
}

Result<bool> End(Transaction& tx, std::string_view tenant, const Id& user, const Id& id) {
  const auto deleted = tx.Execute(
      "DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND id = $3", {tenant, user, id});
  if (!deleted) return ErrorOf(deleted);
  if (*deleted > 0) {
    tx.Append({std::string(tenant), std::string(event_type::kSessionEnded), id, "", 0});
  }
  return *deleted > 0;
}

Result<std::int64_t> EndAll(Transaction& tx, std::string_view tenant, const Id& user,
                            const Id& except) {
  std::vector<Ending> endings;
  const Status read = tx.Query(
      "SELECT id FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND id <> $3 ORDER BY id",
      {tenant, user, except}, [&](const Row& row) {
        endings.push_back({std::string(tenant), row.String(0)});
        return true;
      });
  if (!read) return ErrorOf(read);
  if (const Status ended = EndThese(tx, endings); !ended) return ErrorOf(ended);
  return static_cast<std::int64_t>(endings.size());
}

Status EndExpired(Transaction& tx, Time now, Time idle_since, std::int64_t limit) {
  std::vector<Ending> endings;
  const Status read = tx.Query(
      "SELECT tenant_id, id FROM sessions WHERE expires_at <= $1 OR last_used_at <= $2 "
      "ORDER BY expires_at LIMIT $3",
      {SqlOf(now), SqlOf(idle_since), limit}, [&](const Row& row) {
        endings.push_back({row.String(0), row.String(1)});
        return true;
      });
  if (!read) return read;
  return EndThese(tx, endings);
}

}  // namespace heirloom::session_repository
