#pragma once

#include <optional>
#include <string>
#include <vector>

#include "appliance/audit/audit_service.h"
#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/domain/legacy.h"
#include "appliance/domain/policy.h"
#include "appliance/domain/position.h"
#include "appliance/domain/principal.h"
#include "appliance/domain/request_key.h"
#include "storage/database.h"

namespace heirloom {

// A legacy as the asker may see it.
struct LegacyView {
  Legacy legacy;
  Role role = Role::kViewer;
  std::int64_t story_count = 0;
};

// Fields left empty stay as they are; a new legacy needs a title.
struct LegacyInput {
  std::optional<std::string> title;
  std::optional<std::string> dedication;
  std::optional<std::string> language;
  std::optional<Visibility> visibility;
};

struct MemberView {
  Member member;
  bool show_email = false;  // To owners, and each their own.
};

// After a change. `replayed`: an earlier request with this key made it.
struct LegacyWritten : Written<LegacyView> {
  bool replayed = false;
};
struct MemberWritten : Written<MemberView> {
  bool replayed = false;
};

template <typename T>
struct PageOf {
  std::vector<T> items;
  std::vector<std::string> next;  // Cursor parts; empty on the last page.
};

// Legacies and who belongs to them. Every change writes its rows, its event and its entry in the
// record in one transaction. What somebody may not see is kNotFound. With a request key a change is
// made once: a repeat gives the thing as it is, if `who` may still read it. Thread-safe.
class LegacyService {
 public:
  LegacyService(Database& database, const Clock& clock, IdSource& ids)
      : database_(database), clock_(clock), ids_(ids) {}

  // `input.title` must be there.
  Result<LegacyWritten> Create(const Principal& who, const LegacyInput& input,
                               const std::optional<RequestKey>& key = std::nullopt);
  Result<LegacyView> Get(const Principal& who, const Id& id);
  // By title. Cursor parts: title key, id.
  Result<PageOf<LegacyView>> List(const Principal& who, const std::vector<std::string>& after,
                                  std::int64_t limit);
  // `version` is what the asker saw last; nullopt: whatever it is. kPreconditionFailed otherwise.
  Result<LegacyWritten> Update(const Principal& who, const Id& id,
                               std::optional<std::int64_t> version, const LegacyInput& input,
                               const std::optional<RequestKey>& key = std::nullopt);
  // Into the bin, with its stories (legacy_bin_service.h).
  Result<Position> Delete(const Principal& who, const Id& id, std::optional<std::int64_t> version);

  // Who did what in it, newest first. Cursor part: the number.
  Result<AuditPage> Audit(const Principal& who, const Id& id, const std::vector<std::string>& after,
                          std::int64_t limit);

  // Cursor parts: rank, name, user id.
  Result<PageOf<MemberView>> Members(const Principal& who, const Id& id,
                                     const std::vector<std::string>& after, std::int64_t limit);
  // kConflict when they belong to it with another role; with the same one nothing changes.
  Result<MemberWritten> AddMember(const Principal& who, const Id& id, const std::string& email,
                                  Role role, const std::optional<RequestKey>& key = std::nullopt);
  // kConflict when it would leave no owner.
  Result<Written<MemberView>> ChangeMember(const Principal& who, const Id& id, const Id& user,
                                           Role role);
  // Everybody may leave. kConflict when it would leave no owner.
  Result<Position> RemoveMember(const Principal& who, const Id& id, const Id& user);

  // What `who` belongs to and may read, for the reader terms of a query.
  Result<std::vector<Membership>> MembershipsOf(const Principal& who);

 private:
  Database& database_;
  const Clock& clock_;
  IdSource& ids_;
};

}  // namespace heirloom
