#include "appliance/live/event_rules.h"

#include <catch2/catch.hpp>

namespace heirloom {
namespace {

constexpr const char* kTenant = "default";

Principal Person(const std::string& id) { return {kTenant, id, "", false, std::nullopt}; }

Event Of(std::string_view type, const std::string& subject = "thing") {
  return {kTenant, std::string(type), subject, "legacy", 1};
}

FactsOfEvent AStory(StoryStatus status, bool gone = false, bool legacy_gone = false) {
  return {{Visibility::kMembers, legacy_gone}, StoryFacts{"author", status, gone}};
}

FactsOfEvent ALegacy(Visibility visibility, bool gone = false) {
  return {{visibility, gone}, std::nullopt};
}

const Principal kSomebody = Person("somebody");

}  // namespace

TEST_CASE("of a draft hear who wrote it and editors", "[live]") {
  const Event event = Of(event_type::kStoryUpdated);
  const FactsOfEvent draft = AStory(StoryStatus::kDraft);
  CHECK_FALSE(MayHear(kSomebody, Role::kViewer, event, draft));
  CHECK_FALSE(MayHear(kSomebody, Role::kContributor, event, draft));
  CHECK(MayHear(kSomebody, Role::kEditor, event, draft));
  CHECK(MayHear(Person("author"), Role::kContributor, event, draft));
  CHECK(MayHear(kSomebody, Role::kViewer, event, AStory(StoryStatus::kPublished)));
  CHECK(MayHear(kSomebody, Role::kViewer, event, AStory(StoryStatus::kArchived)));
}

TEST_CASE("who belongs to no legacy hears nothing of it", "[live]") {
  for (const auto type : {event_type::kStoryCreated, event_type::kStoryDeleted}) {
    CHECK_FALSE(MayHear(kSomebody, std::nullopt, Of(type), AStory(StoryStatus::kPublished)));
    CHECK_FALSE(MayHear(Person("author"), std::nullopt, Of(type), AStory(StoryStatus::kPublished)));
  }
  for (const auto type : {event_type::kLegacyCreated, event_type::kLegacyUpdated,
                          event_type::kLegacyDeleted, event_type::kMemberChanged}) {
    CHECK_FALSE(MayHear(kSomebody, std::nullopt, Of(type), ALegacy(Visibility::kMembers)));
  }
}

TEST_CASE("of what is gone nothing is told but that it was deleted", "[live]") {
  for (const bool with_legacy : {false, true}) {
    const FactsOfEvent gone = AStory(StoryStatus::kPublished, !with_legacy, with_legacy);
    CHECK_FALSE(MayHear(kSomebody, Role::kOwner, Of(event_type::kStoryUpdated), gone));
    CHECK(MayHear(kSomebody, Role::kViewer, Of(event_type::kStoryDeleted), gone));
  }
  CHECK_FALSE(MayHear(kSomebody, Role::kViewer, Of(event_type::kStoryDeleted),
                      AStory(StoryStatus::kDraft, true)));
  const FactsOfEvent legacy = ALegacy(Visibility::kMembers, true);
  CHECK(MayHear(kSomebody, Role::kViewer, Of(event_type::kLegacyDeleted), legacy));
  CHECK_FALSE(MayHear(kSomebody, Role::kOwner, Of(event_type::kLegacyUpdated), legacy));
  CHECK_FALSE(MayHear(kSomebody, Role::kOwner, Of(event_type::kMemberChanged), legacy));
}

TEST_CASE("a private legacy is its owners' alone, in events too", "[live]") {
  for (const auto type :
       {event_type::kLegacyUpdated, event_type::kLegacyDeleted, event_type::kMemberChanged}) {
    CHECK_FALSE(MayHear(kSomebody, Role::kEditor, Of(type), ALegacy(Visibility::kPrivate)));
    CHECK(MayHear(kSomebody, Role::kOwner, Of(type), ALegacy(Visibility::kPrivate)));
  }
}

TEST_CASE("who was taken out hears that, unless the legacy is private by now", "[live]") {
  const Event event = Of(event_type::kMemberChanged, "somebody");
  CHECK(MayHear(kSomebody, std::nullopt, event, ALegacy(Visibility::kMembers)));
  CHECK_FALSE(MayHear(kSomebody, std::nullopt, event, ALegacy(Visibility::kPrivate)));
  CHECK_FALSE(MayHear(kSomebody, std::nullopt, event, ALegacy(Visibility::kMembers, true)));
}

TEST_CASE("a token hears of what its scopes let it read", "[live]") {
  Principal reader = kSomebody;
  reader.scopes = std::set<std::string>{"stories:read"};
  CHECK(MayHear(reader, Role::kViewer, Of(event_type::kStoryCreated),
                AStory(StoryStatus::kPublished)));
  CHECK_FALSE(
      MayHear(reader, Role::kOwner, Of(event_type::kLegacyUpdated), ALegacy(Visibility::kMembers)));
  CHECK_FALSE(
      MayHear(reader, Role::kOwner, Of(event_type::kMemberChanged), ALegacy(Visibility::kMembers)));
}

TEST_CASE("another tenant's events are never heard, whatever the ids", "[live]") {
  Event event = Of(event_type::kStoryCreated);
  event.tenant_id = "other";
  CHECK_FALSE(MayHear(kSomebody, Role::kOwner, event, AStory(StoryStatus::kPublished)));
}

TEST_CASE("ends of sessions and tokens, and what is not known, are told to nobody", "[live]") {
  for (const std::string_view type :
       {event_type::kSessionEnded, event_type::kTokenEnded, std::string_view("Unheard")}) {
    CHECK_FALSE(
        MayHear(kSomebody, Role::kOwner, Of(type, "somebody"), ALegacy(Visibility::kMembers)));
  }
}

}  // namespace heirloom
