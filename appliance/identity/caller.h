#pragma once

#include <optional>
#include <string>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/domain/principal.h"

namespace heirloom {

struct Account {
  Id id;
  std::string name;
  std::string email;
  bool is_admin = false;
};

// Who asks, by what they showed: a session or an API token. SessionEnded and TokenEnded events name
// the same ids.
struct Caller {
  Principal principal;
  Account account;
  std::string csrf_token;  // Empty for API tokens, which need none.
  bool by_token = false;
  Id session_id = {};    // Empty for a token.
  Id token_id = {};      // Empty for a session.
  Time expires_at = {};  // When a session ends by itself; 0 for a token.
};

// A session just begun. The secret goes into the cookie and is nowhere else: only its hash is kept.
struct NewSession {
  std::string secret;
  std::string csrf_token;
  Account account;
};

// Where a sign-in comes from.
struct Visit {
  std::string address;        // Of the client, as the listener knows it; empty: not known.
  std::string user_agent;     // What the browser says it is; shown to its person alone.
  std::string former_secret;  // Of the session that the browser still shows, if any: it ends.
};

struct SessionInfo {
  Id id;
  bool current = false;  // The one that asks.
  std::string user_agent;
  Time created_at;
  Time last_used_at;  // To the minute.
  Time expires_at;
};

struct TokenInfo {
  Id id;
  std::string name;
  std::vector<std::string> scopes;  // Empty: all that the person may.
  Time created_at;
  std::optional<Time> last_used_at;  // To the minute; nullopt: never.
};

struct NewToken {
  std::string secret;  // Shown this once.
  TokenInfo info;
};

struct UserInfo {
  Account account;
  Time created_at;
  std::optional<Time> disabled_at;
};

// `next`: cursor parts; empty on the last page.
struct SessionPage {
  std::vector<SessionInfo> items;
  std::vector<std::string> next;
};
struct TokenPage {
  std::vector<TokenInfo> items;
  std::vector<std::string> next;
};
struct UserPage {
  std::vector<UserInfo> items;
  std::vector<std::string> next;
};

}  // namespace heirloom
