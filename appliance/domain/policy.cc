#include "appliance/domain/policy.h"

#include <algorithm>
#include <array>

namespace heirloom {
namespace {

// Indexed by Action; the static_assert below keeps the two in step.
constexpr std::size_t kActions = static_cast<std::size_t>(Action::kManageDeadLetters) + 1;

const std::vector<PolicyRow>& Table() {
  static const std::vector<PolicyRow> table = {
      {Action::kCreateLegacy, "create a legacy", std::nullopt, "legacies:write",
       "This token may not change legacies."},
      {Action::kReadLegacy, "read a legacy", Role::kViewer, "legacies:read",
       "Only its owners may read a private legacy."},
      {Action::kChangeLegacy, "change a legacy", Role::kOwner, "legacies:write",
       "Only an owner of this legacy may change it."},
      {Action::kDeleteLegacy, "delete a legacy", Role::kOwner, "legacies:write",
       "Only an owner of this legacy may delete it."},
      {Action::kReadMembers, "read the list of members", Role::kViewer, "legacies:read",
       "Only members may see who belongs to a legacy."},
      {Action::kManageMembers, "add, change and remove members", Role::kOwner, "members:write",
       "Only an owner of this legacy may change its members."},
      {Action::kCreateStory, "write a story", Role::kContributor, "stories:write",
       "You may read this legacy; ask an owner to make you a contributor to write in it."},
      {Action::kReadStory, "read a story and its revisions", Role::kViewer, "stories:read",
       "This token may not read stories."},
      {Action::kEditStory, "change a story", Role::kEditor, "stories:write",
       "Only who wrote this story and the legacy's editors may change it.", true},
      {Action::kDeleteStory, "delete a story", Role::kEditor, "stories:write",
       "Only who wrote this story and the legacy's editors may delete it.", true},
      {Action::kImportStories, "import stories", Role::kContributor, "stories:write",
       "You may read this legacy; ask an owner to make you a contributor to import into it."},
      {Action::kRenameTags, "rename and merge tags", Role::kEditor, "stories:write",
       "Only editors and owners of this legacy may rename its tags."},
      {Action::kSeeStoryInBin, "see a deleted story, take it back, remove it for good",
       Role::kEditor, "stories:write",
       "Only who wrote this story and the legacy's editors may do that.", true},
      {Action::kSeeLegacyInBin, "see a deleted legacy, take it back", Role::kOwner,
       "legacies:write", "Only an owner of this legacy may do that."},
      {Action::kExportLegacy, "export a legacy", Role::kOwner, "legacies:export",
       "Only an owner of this legacy may export it."},
      {Action::kImportArchive, "import an archive", std::nullopt, "legacies:write",
       "This token may not import archives."},
      {Action::kReadLegacyAudit, "read what was done in a legacy", Role::kOwner, "audit:read",
       "Only an owner of this legacy may read its record."},
      {Action::kReadAudit, "read what was done in this installation", std::nullopt, "audit:read",
       "Only an admin may read the record of this installation.", false, true},
      {Action::kManageDeadLetters, "see events that failed, and have them tried again",
       std::nullopt, "events:redrive", "Only an admin may look after events that failed.", false,
       true},
  };
  return table;
}

// Whether the thing may be known of at all: of a private legacy by its owners, of a draft by who
// wrote it and by editors. Nobody but members knows of anything.
bool Visible(const Resource& resource) {
  if (!resource.role) return false;
  if (resource.visibility == Visibility::kPrivate && *resource.role < Role::kOwner) return false;
  if (resource.story_status == StoryStatus::kDraft) {
    return resource.own_story || *resource.role >= Role::kEditor;
  }
  return true;
}

bool RoleSuffices(const PolicyRow& row, const Resource& resource) {
  if (*resource.role >= *row.least_role) return true;
  return row.own_story_suffices && resource.own_story && *resource.role >= Role::kContributor;
}

std::string RoleTerm(const Id& legacy_id, Role role) {
  return "l:" + legacy_id + ":" + std::string(ToString(role));
}

std::string DraftTerm(const Id& legacy_id, const Id& user_id) {
  return "d:" + legacy_id + ":" + user_id;
}

}  // namespace

const std::vector<PolicyRow>& PolicyTable() { return Table(); }

Decision Decide(const Principal& subject, Action action, const Resource& resource) {
  const PolicyRow& row = Table().at(static_cast<std::size_t>(action));
  static_assert(kActions == 19, "a new action needs its row in Table()");
  if (row.least_role && !Visible(resource)) return {Verdict::kUnseen, "Not there."};
  if (subject.scopes && !subject.scopes->contains(std::string(row.scope))) {
    return {Verdict::kDeny, "This token lacks the scope that this needs."};
  }
  if (row.least_role && !RoleSuffices(row, resource)) return {Verdict::kDeny, row.refusal};
  if (row.admins_only && !subject.is_admin) return {Verdict::kDeny, row.refusal};
  return {Verdict::kAllow, {}};
}

Status Require(const Principal& subject, Action action, const Resource& resource,
               std::string_view what) {
  const Decision decision = Decide(subject, action, resource);
  switch (decision.verdict) {
    case Verdict::kAllow:
      return {};
    case Verdict::kDeny:
      return Fail(ErrorCode::kForbidden, std::string(decision.reason));
    case Verdict::kUnseen:
      break;
  }
  return Fail(ErrorCode::kNotFound,
              "There is no such " + std::string(what) + ", or it is not shared with you.");
}

std::vector<std::string> ReaderTermsOfStory(const Id& legacy_id, const Id& created_by,
                                            StoryStatus status, Visibility visibility) {
  if (visibility == Visibility::kPrivate) return {RoleTerm(legacy_id, Role::kOwner)};
  if (status == StoryStatus::kDraft) {
    return {RoleTerm(legacy_id, Role::kEditor), DraftTerm(legacy_id, created_by)};
  }
  return {RoleTerm(legacy_id, Role::kViewer)};
}

std::vector<std::string> ReaderTermsOf(const Principal& subject,
                                       const std::vector<Membership>& memberships) {
  static constexpr std::array kRoles = {Role::kViewer, Role::kContributor, Role::kEditor,
                                        Role::kOwner};
  std::vector<std::string> terms;
  for (const Membership& membership : memberships) {
    terms.push_back(DraftTerm(membership.legacy_id, subject.user_id));
    for (const Role role : kRoles) {
      // No document carries the contributor's term: leave it out of every query.
      if (role > membership.role || role == Role::kContributor) continue;
      terms.push_back(RoleTerm(membership.legacy_id, role));
    }
  }
  return terms;
}

}  // namespace heirloom
