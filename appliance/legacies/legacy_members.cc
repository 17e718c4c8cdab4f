#include "appliance/base/json.h"
#include "appliance/base/text.h"
#include "appliance/legacies/legacy_access.h"
#include "appliance/legacies/legacy_service.h"
#include "storage/locks.h"

namespace heirloom {
namespace {

namespace repository = legacy_repository;

// Tells that a membership changed: the subject is the member, so that what a person may see can be
// looked at afresh.
Event MemberEvent(const Principal& who, const Id& legacy, const Id& user) {
  return {who.tenant_id, std::string(event_type::kMemberChanged), user, legacy, 0};
}

// For the record: who it was, what they were, and what they are now, if that is another role.
std::string DetailOf(const Member& member, std::optional<Role> now = std::nullopt) {
  JsonWriter json;
  json.BeginObject()
      .Member("name", member.name)
      .Member("role", ToString(now.value_or(member.role)));
  if (now && *now != member.role) json.Member("before", ToString(member.role));
  json.EndObject();
  return json.Take();
}

Result<Member> FindMember(Reader& reader, const Principal& who, const Id& legacy, const Id& user) {
  auto member = repository::MemberById(reader, who.tenant_id, legacy, user);
  if (!member) return ErrorOf(member);
  if (!*member) return Fail(ErrorCode::kNotFound, "There is no such member.");
  return std::move(**member);
}

// kConflict when `member`, who is about to own no longer, is the last owner.
Status RequireAnotherOwner(Reader& reader, const Principal& who, const Id& legacy,
                           const Member& member) {
  if (member.role != Role::kOwner) return {};
  const auto owners = repository::CountOwners(reader, who.tenant_id, legacy);
  if (!owners) return ErrorOf(owners);
  if (*owners > 1) return {};
  return Fail(ErrorCode::kConflict, "A legacy always has an owner: make somebody else one first.");
}

// Whether the scopes of `who` would let an owner do it.
bool TokenMay(const Principal& who, Action action) {
  return Decide(who, action, {Role::kOwner, Visibility::kMembers, std::nullopt, false}).verdict ==
         Verdict::kAllow;
}

// What a repeat of a request gives: the member as they are.
Status Replay(Reader& reader, const Principal& who, const Id& legacy, const Id& user,
              MemberWritten& written) {
  const auto row = FindLegacyRow(reader, who, legacy, Action::kReadMembers);
  if (!row) return ErrorOf(row);
  auto member = FindMember(reader, who, legacy, user);
  if (!member) return ErrorOf(member);
  written.value = {std::move(*member), row->role == Role::kOwner || user == who.user_id};
  written.replayed = true;
  return {};
}

}  // namespace

Result<PageOf<MemberView>> LegacyService::Members(const Principal& who, const Id& id,
                                                  const std::vector<std::string>& after,
                                                  std::int64_t limit) {
  repository::MemberCursor cursor;
  if (after.size() == 3) {
    const auto role = ParseRole(after[0]);
    if (!role) return FailFields({{"?cursor", "is not a cursor of this list"}});
    cursor = {static_cast<std::int64_t>(*role), after[1], after[2]};
  }
  PageOf<MemberView> page;
  const Status read = database_.Read([&](Reader& reader) -> Status {
    const auto legacy = FindLegacyRow(reader, who, id, Action::kReadMembers);
    if (!legacy) return ErrorOf(legacy);
    const auto members = repository::Members(reader, who.tenant_id, id, cursor, limit + 1);
    if (!members) return ErrorOf(members);
    for (const Member& member : *members) {
      if (page.items.size() == static_cast<std::size_t>(limit)) {
        const Member& last = page.items.back().member;
        page.next = {std::string(ToString(last.role)), last.name, last.user_id};
        break;
      }
      page.items.push_back({member, legacy->role == Role::kOwner || member.user_id == who.user_id});
    }
    return {};
  });
  if (!read) return ErrorOf(read);
  return page;
}

Result<MemberWritten> LegacyService::AddMember(const Principal& who, const Id& id,
                                               const std::string& email, Role role,
                                               const std::optional<RequestKey>& key) {
  const Time now = clock_.Now();
  MemberWritten written;
  const auto position = database_.Write([&](Transaction& tx) -> Status {
    const auto earlier = EarlierRequest(tx, who, key, now);
    if (!earlier) return ErrorOf(earlier);
    if (*earlier) return Replay(tx, who, id, **earlier, written);
    if (Status s = LockLegacy(tx, who.tenant_id, id, LockMode::kExclusive); !s) return s;
    const auto legacy = FindLegacyRow(tx, who, id, Action::kManageMembers);
    if (!legacy) return ErrorOf(legacy);
    const auto user = repository::UserIdByEmail(tx, who.tenant_id, FoldKey(email));
    if (!user) return ErrorOf(user);
    if (!*user) {
      return FailFields({{"/email",
                          "nobody has an account here with this e-mail; whoever runs "
                          "this installation can add them first"}});
    }
    auto member = repository::MemberById(tx, who.tenant_id, id, **user);
    if (!member) return ErrorOf(member);
    if (*member && (*member)->role != role) {
      return Fail(ErrorCode::kConflict, "They belong to it already, as " +
                                            std::string(ToString((*member)->role)) +
                                            "; change their role instead.");
    }
    if (!*member) {
      if (Status s = repository::InsertMember(tx, who.tenant_id, id, **user, role, now); !s) {
        return s;
      }
      tx.Append(MemberEvent(who, id, **user));
      member = repository::MemberById(tx, who.tenant_id, id, **user);
      if (!member) return ErrorOf(member);
      if (Status s = RecordChange(tx, who, audit::action::kMemberAdded, **user, id,
                                  DetailOf(**member, role), now);
          !s) {
        return s;
      }
    }
    written.value = {std::move(**member), true};
    written.replayed = false;
    return RememberRequest(tx, who, key, **user, now);
  });
  if (!position) return ErrorOf(position);
  written.position = *position;
  return written;
}

Result<Written<MemberView>> LegacyService::ChangeMember(const Principal& who, const Id& id,
                                                        const Id& user, Role role) {
  const Time now = clock_.Now();
  MemberView changed;
  const auto position = database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockLegacy(tx, who.tenant_id, id, LockMode::kExclusive); !s) return s;
    const auto legacy = FindLegacyRow(tx, who, id, Action::kManageMembers);
    if (!legacy) return ErrorOf(legacy);
    auto member = FindMember(tx, who, id, user);
    if (!member) return ErrorOf(member);
    if (role != Role::kOwner) {
      if (Status s = RequireAnotherOwner(tx, who, id, *member); !s) return s;
    }
    if (member->role != role) {
      if (Status s = repository::SetRole(tx, who.tenant_id, id, user, role); !s) return s;
      tx.Append(MemberEvent(who, id, user));
      if (Status s = RecordChange(tx, who, audit::action::kMemberChanged, user, id,
                                  DetailOf(*member, role), now);
          !s) {
        return s;
      }
      member->role = role;
    }
    changed = {std::move(*member), true};
    return {};
  });
  if (!position) return ErrorOf(position);
  return Written<MemberView>{std::move(changed), *position};
}

Result<Position> LegacyService::RemoveMember(const Principal& who, const Id& id, const Id& user) {
  const Time now = clock_.Now();
  return database_.Write([&](Transaction& tx) -> Status {
    if (Status s = LockLegacy(tx, who.tenant_id, id, LockMode::kExclusive); !s) return s;
    const bool leaves = user == who.user_id;
    const auto legacy =
        FindLegacyRow(tx, who, id, leaves ? Action::kReadLegacy : Action::kManageMembers);
    if (!legacy) return ErrorOf(legacy);
    if (leaves && !TokenMay(who, Action::kManageMembers)) {
      return Fail(ErrorCode::kForbidden, "This token lacks the scope that this needs.");
    }
    const auto member = FindMember(tx, who, id, user);
    if (!member) return ErrorOf(member);
    if (Status s = RequireAnotherOwner(tx, who, id, *member); !s) return s;
    if (Status s = repository::DeleteMember(tx, who.tenant_id, id, user); !s) return s;
    tx.Append(MemberEvent(who, id, user));
    return RecordChange(tx, who, audit::action::kMemberRemoved, user, id, DetailOf(*member), now);
  });
}

}  // namespace heirloom
