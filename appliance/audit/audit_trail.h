// The record of who did what. Entries are only ever added, in the transaction of what they tell of;
// each one's hash covers the one before it, so that a changed, removed or inserted entry breaks the
// chain at its place. What is recorded: changes of access (members, tokens, sessions ended by hand,
// people), deletions and what comes back, exports and imports. Ordinary writing is in the
// revisions.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/result.h"
#include "appliance/domain/principal.h"
#include "storage/database.h"

namespace heirloom::audit {

// `action` is "<thing>.<what happened>"; new ones are added here, and documented in
// appliance/docs/audit.md.
namespace action {
inline constexpr std::string_view kUserAdded = "user.added";
inline constexpr std::string_view kUserDisabled = "user.disabled";
inline constexpr std::string_view kUserEnabled = "user.enabled";
inline constexpr std::string_view kPasswordChanged = "user.password_changed";
inline constexpr std::string_view kTokenCreated = "token.created";
inline constexpr std::string_view kTokenRevoked = "token.revoked";
inline constexpr std::string_view kSessionRevoked = "session.revoked";
inline constexpr std::string_view kLegacyCreated = "legacy.created";
inline constexpr std::string_view kLegacyChanged = "legacy.changed";
inline constexpr std::string_view kLegacyDeleted = "legacy.deleted";
inline constexpr std::string_view kLegacyUndeleted = "legacy.undeleted";
inline constexpr std::string_view kLegacyPurged = "legacy.purged";
inline constexpr std::string_view kLegacyExported = "legacy.exported";
inline constexpr std::string_view kLegacyImported = "legacy.imported";
inline constexpr std::string_view kMemberAdded = "member.added";
inline constexpr std::string_view kMemberChanged = "member.changed";
inline constexpr std::string_view kMemberRemoved = "member.removed";
inline constexpr std::string_view kStoryDeleted = "story.deleted";
inline constexpr std::string_view kStoryUndeleted = "story.undeleted";
inline constexpr std::string_view kStoryPurged = "story.purged";
inline constexpr std::string_view kStoriesImported = "stories.imported";
inline constexpr std::string_view kTagRenamed = "tag.renamed";
}  // namespace action

// What is to be recorded. No secrets, no e-mail addresses, no text of stories.
struct Record {
  std::string_view action;
  std::string subject;    // Id of the thing.
  std::string legacy_id;  // Empty where it belongs to none.
  std::string detail;     // A JSON object, {} when there is nothing to add.
};

struct Entry {
  std::int64_t number = 0;  // From 1, without a gap within the tenant.
  Time at;
  Id actor_id;  // Empty: the operator's command line, or the housekeeping.
  std::string actor_name;
  std::string action;
  std::string subject;
  std::string legacy_id;
  std::string detail;
  std::string hash;  // SHA-256, hex.
};

// The operator at the command line, and the daemon itself.
Principal Operator();
Principal Housekeeping();

Status Append(Transaction& tx, const Principal& who, const Record& record, Time now);

// Newest first, numbers below `before` (0: from the newest), at most `limit`. `legacy_id`: of that
// legacy alone.
Result<std::vector<Entry>> Read(Reader& reader, std::string_view tenant_id,
                                const std::optional<Id>& legacy_id, std::int64_t before,
                                std::int64_t limit);

// What `Verify` found: the first number where the chain does not hold, and why.
struct Break {
  std::int64_t number = 0;
  std::string reason;
};
// Recomputes the whole chain of every tenant, front to back, one row at a time.
Result<std::optional<Break>> Verify(Reader& reader);

}  // namespace heirloom::audit
