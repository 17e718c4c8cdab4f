#include "appliance/search/story_projection.h"

#include <set>

#include "appliance/domain/policy.h"

namespace heirloom {
namespace {

using Key = std::pair<std::string, Id>;  // Tenant, story.

constexpr std::int64_t kStoriesAtOnce = 200;

StoryDocument DocumentOf(const StoryState& state) {
  const Story& story = state.story;
  const StoryContent& content = story.content;
  return {state.tenant_id,
          story.id,
          story.legacy_id,
          content.title,
          content.text,
          content.status,
          content.tags,
          content.author,
          content.language,
          content.happened_at,
          story.updated_at.micros,
          ReaderTermsOfStory(story.legacy_id, story.created_by, content.status, state.visibility)};
}

bool IsStoryEvent(const std::string& type) { return type.starts_with("Story"); }

// What changes who may read a legacy's stories, or whether they are there. A legacy that was just
// created has none.
bool ChangesLegacy(const std::string& type) {
  return type == event_type::kLegacyUpdated || type == event_type::kLegacyDeleted;
}

}  // namespace

void StoryProjection::Add(const StoryStates& states,
                          std::vector<IndexOperation>& operations) const {
  const std::int64_t version = states.head.sequence;
  for (const StoryState& state : states.states) {
    if (state.gone) {
      operations.emplace_back(
          DropStory{state.tenant_id, state.story.id, version, clock_.Now().micros});
    } else {
      operations.emplace_back(PutStory{DocumentOf(state), version});
    }
  }
}

Status StoryProjection::Follow(const std::vector<StoredEvent>& events, const Take& take) {
  std::set<Key> stories;
  std::set<Id> legacies;
  for (const StoredEvent& stored : events) {
    if (IsStoryEvent(stored.event.type)) {
      stories.emplace(stored.event.tenant_id, stored.event.subject);
    } else if (ChangesLegacy(stored.event.type)) {
      legacies.insert(stored.event.legacy_id);
    }
  }
  if (!stories.empty()) {
    const auto states = feed_.ByKeys({stories.begin(), stories.end()});
    if (!states) return ErrorOf(states);
    std::vector<IndexOperation> operations;
    Add(*states, operations);
    // Removed for good since: the row is no longer there to say so.
    for (const StoryState& state : states->states) {
      stories.erase({state.tenant_id, state.story.id});
    }
    for (const auto& [tenant, id] : stories) {
      operations.emplace_back(DropStory{tenant, id, states->head.sequence, clock_.Now().micros});
    }
    if (Status s = take(operations); !s) return s;
  }
  for (const Id& legacy : legacies) {
    if (Status s = OfLegacy(legacy, take); !s) return s;
  }
  return {};
}

Status StoryProjection::OfLegacy(const Id& legacy_id, const Take& take) {
  Key after;
  for (;;) {
    const auto page = feed_.Page(legacy_id, after, kStoriesAtOnce);
    if (!page) return ErrorOf(page);
    if (page->states.empty()) return {};
    after = {page->states.back().tenant_id, page->states.back().story.id};
    std::vector<IndexOperation> operations;
    Add(*page, operations);
    if (Status s = take(operations); !s) return s;
  }
}

Status StoryProjection::All(const TakePage& take) {
  std::int64_t read = 0;
  Key after;
  for (;;) {
    const auto page = feed_.Page("", after, kStoriesAtOnce);
    if (!page) return ErrorOf(page);
    if (page->states.empty()) return {};
    after = {page->states.back().tenant_id, page->states.back().story.id};
    read += static_cast<std::int64_t>(page->states.size());
    std::vector<IndexOperation> operations;
    Add(*page, operations);
    // What is filled knows none of those that are gone: it needs no tombstones.
    std::erase_if(operations, [](const IndexOperation& operation) {
      return std::holds_alternative<DropStory>(operation);
    });
    if (Status s = take(operations, read); !s) return s;
  }
}

}  // namespace heirloom
