#include "appliance/domain/policy.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

namespace heirloom {
namespace {

const Principal kAda{"default", "ada", "Ada", false, std::nullopt};

Resource StoryAs(std::optional<Role> role, StoryStatus status, bool own,
                 Visibility visibility = Visibility::kMembers) {
  return {role, visibility, status, own};
}

}  // namespace

TEST_CASE("every action has the row of its own number", "[domain][policy]") {
  for (std::size_t i = 0; i < PolicyTable().size(); ++i) {
    CHECK(static_cast<std::size_t>(PolicyTable()[i].action) == i);
  }
}

TEST_CASE("who is no member knows of nothing", "[domain][policy]") {
  for (const PolicyRow& row : PolicyTable()) {
    if (!row.least_role) continue;
    // Not even of a story they once wrote themselves.
    CHECK(Decide(kAda, row.action, StoryAs(std::nullopt, StoryStatus::kPublished, true)).verdict ==
          Verdict::kUnseen);
  }
}

TEST_CASE("an installation's admin is no member by that", "[domain][policy]") {
  Principal admin = kAda;
  admin.is_admin = true;
  CHECK(Decide(admin, Action::kReadLegacy, {}).verdict == Verdict::kUnseen);
}

TEST_CASE("a draft is seen by who wrote it and by editors", "[domain][policy]") {
  const auto read = [](Role role, bool own) {
    return Decide(kAda, Action::kReadStory, StoryAs(role, StoryStatus::kDraft, own)).verdict;
  };
  CHECK(read(Role::kViewer, false) == Verdict::kUnseen);
  CHECK(read(Role::kContributor, false) == Verdict::kUnseen);
  CHECK(read(Role::kContributor, true) == Verdict::kAllow);
  CHECK(read(Role::kEditor, false) == Verdict::kAllow);
  CHECK(read(Role::kOwner, false) == Verdict::kAllow);
}

TEST_CASE("contributors change what they wrote, editors everything", "[domain][policy]") {
  for (const Action action : {Action::kEditStory, Action::kDeleteStory}) {
    const auto verdict = [&](Role role, bool own) {
      return Decide(kAda, action, StoryAs(role, StoryStatus::kPublished, own)).verdict;
    };
    CHECK(verdict(Role::kViewer, false) == Verdict::kDeny);
    // Made a viewer since: reads on, writes no more.
    CHECK(verdict(Role::kViewer, true) == Verdict::kDeny);
    CHECK(verdict(Role::kContributor, false) == Verdict::kDeny);
    CHECK(verdict(Role::kContributor, true) == Verdict::kAllow);
    CHECK(verdict(Role::kEditor, false) == Verdict::kAllow);
  }
}

TEST_CASE("a private legacy is its owners' alone", "[domain][policy]") {
  const Resource editors{Role::kEditor, Visibility::kPrivate, std::nullopt, false};
  CHECK(Decide(kAda, Action::kReadLegacy, editors).verdict == Verdict::kUnseen);
  const Resource owners{Role::kOwner, Visibility::kPrivate, std::nullopt, false};
  CHECK(Decide(kAda, Action::kReadLegacy, owners).verdict == Verdict::kAllow);
}

TEST_CASE("a token does no more than its scopes say", "[domain][policy]") {
  Principal reader = kAda;
  reader.scopes = std::set<std::string>{"stories:read"};
  const Resource story = StoryAs(Role::kOwner, StoryStatus::kPublished, true);
  CHECK(Decide(reader, Action::kReadStory, story).verdict == Verdict::kAllow);
  CHECK(Decide(reader, Action::kEditStory, story).verdict == Verdict::kDeny);
  CHECK(Decide(reader, Action::kCreateLegacy, {}).verdict == Verdict::kDeny);
}

TEST_CASE("reader terms meet exactly where a story may be read", "[domain][policy]") {
  const Id legacy = "legacy";
  for (const Role role : {Role::kViewer, Role::kContributor, Role::kEditor, Role::kOwner}) {
    for (const StoryStatus status :
         {StoryStatus::kDraft, StoryStatus::kPublished, StoryStatus::kArchived}) {
      for (const Visibility visibility : {Visibility::kPrivate, Visibility::kMembers}) {
        for (const bool own : {false, true}) {
          const auto carried =
              ReaderTermsOfStory(legacy, own ? kAda.user_id : Id("ben"), status, visibility);
          const auto brought = ReaderTermsOf(kAda, {{legacy, role}});
          const bool meet = std::any_of(carried.begin(), carried.end(), [&](const auto& term) {
            return std::find(brought.begin(), brought.end(), term) != brought.end();
          });
          CAPTURE(ToString(role), ToString(status), ToString(visibility), own);
          CHECK(meet ==
                (Decide(kAda, Action::kReadStory, StoryAs(role, status, own, visibility)).verdict ==
                 Verdict::kAllow));
        }
      }
    }
  }
}

}  // namespace heirloom
