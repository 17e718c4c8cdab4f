#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/domain/legacy.h"
#include "appliance/domain/principal.h"
#include "appliance/domain/story.h"

namespace heirloom {

// Who may do what: one pure table, read by every service and by nothing else. Routes, SQL and
// indexes may narrow what is looked at, but `Decide` has the last word on every row shown.
enum class Action {
  kCreateLegacy,
  kReadLegacy,
  kChangeLegacy,
  kDeleteLegacy,
  kReadMembers,
  kManageMembers,
  kCreateStory,
  kReadStory,
  kEditStory,
  kDeleteStory,
  kImportStories,
  kRenameTags,
  kSeeStoryInBin,  // A deleted story: look at it, take it back, remove it for good.
  kSeeLegacyInBin,
  kExportLegacy,
  kImportArchive,
  kReadLegacyAudit,
  kReadAudit,
  kManageDeadLetters,
};

// What the decision depends on. `role` is the asker's membership of the thing's legacy, read from
// the truth; nullopt for no member.
struct Resource {
  std::optional<Role> role;
  Visibility visibility = Visibility::kMembers;
  // Only for a story, and for a revision of one: the status it had then. So an earlier draft of a
  // published story is shown to those alone who might have seen the draft.
  std::optional<StoryStatus> story_status;
  bool own_story = false;  // The asker wrote it.
};

enum class Verdict {
  kAllow,
  kDeny,   // They may know it is there: 403.
  kUnseen  // They may not even know: 404.
};

struct Decision {
  Verdict verdict = Verdict::kUnseen;
  std::string_view reason;  // A sentence, for people; empty with kAllow.

  explicit operator bool() const { return verdict == Verdict::kAllow; }
};

Decision Decide(const Principal& subject, Action action, const Resource& resource);

// The decision as a Status: kForbidden with the reason, or kNotFound saying `what` is not there.
Status Require(const Principal& subject, Action action, const Resource& resource,
               std::string_view what);

// Reader terms (see index/search_index.h): what a story's document carries, and what a query by
// `subject` with these memberships brings. A story is a candidate when the two sets meet; which
// stories meet is the same as what Decide allows for kReadStory.
struct Membership {
  Id legacy_id;
  Role role = Role::kViewer;
};
std::vector<std::string> ReaderTermsOfStory(const Id& legacy_id, const Id& created_by,
                                            StoryStatus status, Visibility visibility);
std::vector<std::string> ReaderTermsOf(const Principal& subject,
                                       const std::vector<Membership>& memberships);

// One line of the generated table in the docs.
struct PolicyRow {
  Action action;
  std::string_view name;
  std::optional<Role> least_role;   // nullopt: no membership needed.
  std::string_view scope;           // What an API token must carry.
  std::string_view refusal;         // Said to who may see the thing but not do that.
  bool own_story_suffices = false;  // For contributors and above, on what they wrote themselves.
  bool admins_only = false;         // Of the installation; apart from any membership.
};
const std::vector<PolicyRow>& PolicyTable();

}  // namespace heirloom
