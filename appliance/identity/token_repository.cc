#include "appliance/identity/token_repository.h"

namespace heirloom::token_repository {
namespace {

std::string Join(const std::vector<std::string>& scopes) {
  std::string joined;
  for (const std::string& scope : scopes) joined += (joined.empty() ? "" : ",") + scope;
  return joined;
}

std::vector<std::string> Split(std::string_view joined) {
  std::vector<std::string> scopes;
  while (!joined.empty()) {
    const auto comma = joined.find(',');
    scopes.emplace_back(joined.substr(0, comma));
    joined = comma == joined.npos ? std::string_view() : joined.substr(comma + 1);
  }
  return scopes;
}

// Columns id, name, scopes, created_at, last_used_at from `first`.
TokenInfo InfoFrom(const Row& row, int first) {
  const int used = first + 4;
  return {row.String(first), row.String(first + 1), Split(row.Text(first + 2)),
          row.TimeAt(first + 3), row.IsNull(used) ? std::nullopt : std::optional(row.TimeAt(used))};
}

}  // namespace

Status Insert(Transaction& tx, std::string_view hash, std::string_view tenant, const Id& user,
              const TokenInfo& token) {
  const std::string scopes = Join(token.scopes);
  const auto inserted = tx.Execute(
      "INSERT INTO api_tokens (hash, tenant_id, id, user_id, name, scopes, created_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7)",
      {hash, tenant, token.id, user, token.name, scopes, SqlOf(token.created_at)});
  if (!inserted) return ErrorOf(inserted);
  return {};
}

Result<std::optional<TokenRow>> ByHash(Reader& reader, std::string_view hash) {
  std::optional<TokenRow> token;
  const Status read = reader.Query(
      "SELECT u.id, u.email, u.name, u.role, t.tenant_id, t.id, t.name, t.scopes, t.created_at, "
      "t.last_used_at FROM api_tokens t "
      "JOIN users u ON u.tenant_id = t.tenant_id AND u.id = t.user_id "
      "WHERE t.hash = $1 AND u.disabled_at IS NULL",
      {hash}, [&](const Row& row) {
        token = TokenRow{row.String(4), UserFrom(row, 0), InfoFrom(row, 5)};
        return false;
      });
  if (!read) return ErrorOf(read);
  return token;
}

Result<std::vector<TokenInfo>> OfUser(Reader& reader, std::string_view tenant, const Id& user,
                                      const Id& before, std::int64_t limit) {
  // Ids grow with time. '~' is above all of them.
  const std::string_view below = before.empty() ? std::string_view("~") : std::string_view(before);
  std::vector<TokenInfo> tokens;
  const Status read = reader.Query(
      "SELECT id, name, scopes, created_at, last_used_at FROM api_tokens "
      "WHERE tenant_id = $1 AND user_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4",
      {tenant, user, below, limit}, [&](const Row& row) {
        tokens.push_back(InfoFrom(row, 0));
        return true;
      });
  if (!read) return ErrorOf(read);
  return tokens;
}

Status Touch(Transaction& tx, std::string_view hash, Time now) {
  const auto touched =
      tx.Execute("UPDATE api_tokens SET last_used_at = $2 WHERE hash = $1", {hash, SqlOf(now)});
  if (!touched) return ErrorOf(touched);
  return {};
}

Result<bool> End(Transaction& tx, std::string_view tenant, const Id& user, const Id& id) {
  const auto deleted =
      tx.Execute("DELETE FROM api_tokens WHERE tenant_id = $1 AND user_id = $2 AND id = $3",
                 {tenant, user, id});
  if (!deleted) return ErrorOf(deleted);
  if (*deleted > 0) {
    tx.Append({std::string(tenant), std::string(event_type::kTokenEnded), id, "", 0});
  }
  return *deleted > 0;
}

Result<std::int64_t> EndAll(Transaction& tx, std::string_view tenant, const Id& user) {
  std::vector<Id> ids;
  const Status read =
      tx.Query("SELECT id FROM api_tokens WHERE tenant_id = $1 AND user_id = $2 ORDER BY id",
               {tenant, user}, [&](const Row& row) {
                 ids.push_back(row.String(0));
                 return true;
               });
  if (!read) return ErrorOf(read);
  for (const Id& id : ids) {
    if (const auto ended = End(tx, tenant, user, id); !ended) return ErrorOf(ended);
  }
  return static_cast<std::int64_t>(ids.size());
}

}  // namespace heirloom::token_repository
