#include "appliance/legacies/legacy_service.h"

#include "appliance/base/text.h"
#include "appliance/legacies/legacy_repository.h"

namespace heirloom {
namespace {

namespace repository = legacy_repository;

Event EventOf(const Principal& who, std::string_view type, const Legacy& legacy) {
  return {who.tenant_id, std::string(type), legacy.id, legacy.id, legacy.version};
}

// Tells that a membership changed: the subject is the member, so that what a person may see can be
// looked at afresh.
Event MemberEvent(const Principal& who, const Id& legacy, const Id& user) {
  return {who.tenant_id, std::string(event_type::kMemberChanged), user, legacy, 0};
}

LegacyView ViewOf(const LegacyRow& row) {
  return {row.legacy, row.role.value_or(Role::kViewer), row.story_count};
}

// The legacy, if `who` may do `action` with it.
Result<LegacyRow> Find(Reader& reader, const Principal& who, const Id& id, Action action) {
  auto row = repository::ById(reader, who.tenant_id, id, who.user_id);
  if (!row) return ErrorOf(row);
  Resource resource;
  if (*row) resource = {(*row)->role, (*row)->legacy.visibility, std::nullopt, false};
  if (const Status may = Require(who, action, resource, "legacy"); !may) return ErrorOf(may);
  return std::move(**row);
}

Status CheckVersion(const Legacy& legacy, std::optional<std::int64_t> version) {
  if (!version || *version == legacy.version) return {};
  return Fail(ErrorCode::kPreconditionFailed,
              "Somebody changed this legacy since you read it; read it again.");
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

}  // namespace

Result<Written<LegacyView>> LegacyService::Create(const Principal& who, const LegacyInput& input) {
  if (const Status may = Require(who, Action::kCreateLegacy, {}, "legacy"); !may) {
    return ErrorOf(may);
  }
  const Time now = clock_.Now();
  const Legacy legacy{ids_.Next(),
                      input.title.value_or(""),
                      input.dedication.value_or(""),
                      input.language.value_or("en"),
                      input.visibility.value_or(Visibility::kMembers),
                      1,
                      now,
                      now};
  const auto position = database_.Write([&](Transaction& tx) -> Status {
    if (Status s = repository::Insert(tx, who.tenant_id, legacy); !s) return s;
    if (Status s =
            repository::InsertMember(tx, who.tenant_id, legacy.id, who.user_id, Role::kOwner, now);
        !s) {
      return s;
    }
    tx.Append(EventOf(who, event_type::kLegacyCreated, legacy));
    return {};
  });
  if (!position) return ErrorOf(position);
  return Written<LegacyView>{{legacy, Role::kOwner, 0}, *position};
}

Result<LegacyView> LegacyService::Get(const Principal& who, const Id& id) {
  const auto row = ReadOne(
      database_, [&](Reader& reader) { return Find(reader, who, id, Action::kReadLegacy); });
  if (!row) return ErrorOf(row);
  return ViewOf(*row);
}

Result<PageOf<LegacyView>> LegacyService::List(const Principal& who,
                                               const std::vector<std::string>& after,
                                               std::int64_t limit) {
  const std::string after_key = after.size() == 2 ? after[0] : "";
  const std::string after_id = after.size() == 2 ? after[1] : "";
  const auto rows = ReadOne(database_, [&](Reader& reader) {
    return repository::OfUser(reader, who.tenant_id, who.user_id, after_key, after_id, limit + 1);
  });
  if (!rows) return ErrorOf(rows);
  PageOf<LegacyView> page;
  for (const LegacyRow& row : *rows) {
    if (page.items.size() == static_cast<std::size_t>(limit)) {
      const Legacy& last = page.items.back().legacy;
      page.next = {SortKey(last.title), last.id};
      break;
    }
    const Decision may =
        Decide(who, Action::kReadLegacy, {row.role, row.legacy.visibility, std::nullopt, false});
    if (may.verdict == Verdict::kDeny) return Fail(ErrorCode::kForbidden, std::string(may.reason));
    if (may) page.items.push_back(ViewOf(row));
  }
  return page;
}

Result<Written<LegacyView>> LegacyService::Update(const Principal& who, const Id& id,
                                                  std::optional<std::int64_t> version,
                                                  const LegacyInput& input) {
  LegacyView view;
  const auto position = database_.Write([&](Transaction& tx) -> Status {
    const auto row = Find(tx, who, id, Action::kChangeLegacy);
    if (!row) return ErrorOf(row);
    if (Status s = CheckVersion(row->legacy, version); !s) return s;
    view = ViewOf(*row);
    Legacy& legacy = view.legacy;
    if (input.title) legacy.title = *input.title;
    if (input.dedication) legacy.dedication = *input.dedication;
    if (input.language) legacy.language = *input.language;
    if (input.visibility) legacy.visibility = *input.visibility;
    legacy.version += 1;
    legacy.updated_at = clock_.Now();
    if (Status s = repository::Update(tx, who.tenant_id, legacy); !s) return s;
    tx.Append(EventOf(who, event_type::kLegacyUpdated, legacy));
    return {};
  });
  if (!position) return ErrorOf(position);
  return Written<LegacyView>{std::move(view), *position};
}

Result<Position> LegacyService::Delete(const Principal& who, const Id& id,
                                       std::optional<std::int64_t> version) {
  return database_.Write([&](Transaction& tx) -> Status {
    auto row = Find(tx, who, id, Action::kDeleteLegacy);
    if (!row) return ErrorOf(row);
    if (Status s = CheckVersion(row->legacy, version); !s) return s;
    row->legacy.version += 1;
    if (Status s =
            repository::MarkDeleted(tx, who.tenant_id, id, row->legacy.version, clock_.Now());
        !s) {
      return s;
    }
    tx.Append(EventOf(who, event_type::kLegacyDeleted, row->legacy));
    return {};
  });
}

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
    const auto legacy = Find(reader, who, id, Action::kReadMembers);
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

Result<Written<MemberView>> LegacyService::AddMember(const Principal& who, const Id& id,
                                                     const std::string& email, Role role) {
  MemberView added;
  const auto position = database_.Write([&](Transaction& tx) -> Status {
    const auto legacy = Find(tx, who, id, Action::kManageMembers);
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
      if (Status s = repository::InsertMember(tx, who.tenant_id, id, **user, role, clock_.Now());
          !s) {
        return s;
      }
      tx.Append(MemberEvent(who, id, **user));
      member = repository::MemberById(tx, who.tenant_id, id, **user);
      if (!member) return ErrorOf(member);
    }
    added = {std::move(**member), true};
    return {};
  });
  if (!position) return ErrorOf(position);
  return Written<MemberView>{std::move(added), *position};
}

Result<Written<MemberView>> LegacyService::ChangeMember(const Principal& who, const Id& id,
                                                        const Id& user, Role role) {
  MemberView changed;
  const auto position = database_.Write([&](Transaction& tx) -> Status {
    const auto legacy = Find(tx, who, id, Action::kManageMembers);
    if (!legacy) return ErrorOf(legacy);
    auto member = FindMember(tx, who, id, user);
    if (!member) return ErrorOf(member);
    if (role != Role::kOwner) {
      if (Status s = RequireAnotherOwner(tx, who, id, *member); !s) return s;
    }
    if (member->role != role) {
      if (Status s = repository::SetRole(tx, who.tenant_id, id, user, role); !s) return s;
      tx.Append(MemberEvent(who, id, user));
      member->role = role;
    }
    changed = {std::move(*member), true};
    return {};
  });
  if (!position) return ErrorOf(position);
  return Written<MemberView>{std::move(changed), *position};
}

Result<Position> LegacyService::RemoveMember(const Principal& who, const Id& id, const Id& user) {
  return database_.Write([&](Transaction& tx) -> Status {
    const bool leaves = user == who.user_id;
    const auto legacy = Find(tx, who, id, leaves ? Action::kReadLegacy : Action::kManageMembers);
    if (!legacy) return ErrorOf(legacy);
    if (leaves && !TokenMay(who, Action::kManageMembers)) {
      return Fail(ErrorCode::kForbidden, "This token lacks the scope that this needs.");
    }
    const auto member = FindMember(tx, who, id, user);
    if (!member) return ErrorOf(member);
    if (Status s = RequireAnotherOwner(tx, who, id, *member); !s) return s;
    if (Status s = repository::DeleteMember(tx, who.tenant_id, id, user); !s) return s;
    tx.Append(MemberEvent(who, id, user));
    return {};
  });
}

Result<std::vector<Membership>> LegacyService::MembershipsOf(const Principal& who) {
  return ReadOne(database_, [&](Reader& reader) {
    return repository::MembershipsOf(reader, who.tenant_id, who.user_id);
  });
}

}  // namespace heirloom
