#include "appliance/search/indexer.h"

#include <algorithm>

#include "appliance/base/log.h"
#include "appliance/base/thread_name.h"
#include "appliance/domain/policy.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kEventsAtOnce = 256;
constexpr std::int64_t kStoriesAtOnce = 200;
// Commits cost about the same for one story as for a hundred.
constexpr milliseconds kCommitEvery{500};
constexpr milliseconds kLookAgain{1000};  // Should a commit hook ever get lost.
constexpr milliseconds kAfterFailure{1000};
// An epoch that no database has: what an index holds while it is being filled.
constexpr std::string_view kFilling = "filling";

StoryDocument DocumentOf(const StoryState& state) {
  const Story& story = state.story;
  const StoryContent& content = story.content;
  return {state.tenant_id,
          story.id,
          story.legacy_id,
          content.title,
          content.text,
          content.tags,
          content.author,
          content.language,
          content.happened_at,
          story.updated_at.micros,
          ReaderTermsOfStory(story.legacy_id, story.created_by, content.status, state.visibility)};
}

void Follow(const StoryStates& states, std::vector<IndexOperation>& operations) {
  for (const StoryState& state : states.states) {
    if (state.gone) {
      operations.emplace_back(DropStory{state.tenant_id, state.story.id, states.head.sequence});
    } else {
      operations.emplace_back(PutStory{DocumentOf(state), states.head.sequence});
    }
  }
}

bool IsStoryEvent(const std::string& type) { return type.starts_with("Story"); }

// What changes who may read a legacy's stories, or whether they are there. A legacy that was just
// created has none.
bool ChangesLegacy(const std::string& type) {
  return type == event_type::kLegacyUpdated || type == event_type::kLegacyDeleted;
}

}  // namespace

Indexer::Indexer(Database& database, StoryFeedService& feed, SearchIndex& index)
    : database_(database), feed_(feed), index_(index) {
  database_.OnCommit([this](std::int64_t head) {
    {
      const std::lock_guard lock(mutex_);
      state_.head = std::max(state_.head, head);
    }
    work_.notify_one();
  });
}

Indexer::~Indexer() { Stop(); }

void Indexer::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void Indexer::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

bool Indexer::WaitFor(const Position& position, milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const auto awaited = awaited_.insert(position.sequence);
  work_.notify_one();
  committed_.wait_for(lock, timeout, [&] {
    return !epoch_.empty() && (epoch_ != position.epoch || state_.committed >= position.sequence);
  });
  awaited_.erase(awaited);
  return epoch_ == position.epoch && state_.committed >= position.sequence;
}

IndexerState Indexer::State() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Indexer::Run(const std::stop_token& stop) {
  NameThisThread("indexer");
  while (!stop.stop_requested()) {
    const Status done = CatchUp(stop);
    {
      const std::lock_guard lock(mutex_);
      state_.failure = done ? "" : done.error().message;
    }
    if (!done) {
      LogError("the search index stands still", {{"reason", done.error().message}});
      positioned_ = false;
    }
    const auto until_commit =
        std::chrono::duration_cast<milliseconds>(last_commit_ + kCommitEvery - steady_clock::now());
    AwaitWork(stop, !done ? kAfterFailure : dirty_ ? until_commit : kLookAgain);
  }
  if (dirty_ && positioned_) {
    if (const Status done = CommitNow(); !done) {
      LogWarn("the search index could not be committed at the end; it goes on from before",
              {{"reason", done.error().message}});
    }
  }
}

Status Indexer::CatchUp(const std::stop_token& stop) {
  if (!positioned_) {
    if (Status s = FillFromTruth(stop); !s) return s;
    if (!positioned_) return {};  // Stopped half-way.
  }
  while (!stop.stop_requested()) {
    const auto events = database_.EventsAfter(staged_.sequence, kEventsAtOnce);
    if (!events) return ErrorOf(events);
    if (!events->empty()) {
      if (Status s = ApplyEvents(*events); !s) return s;
    }
    const bool caught_up = events->size() < static_cast<std::size_t>(kEventsAtOnce);
    bool wanted = false;
    {
      const std::lock_guard lock(mutex_);
      wanted = SomebodyWaits();
    }
    if (Status s = CommitIfDue(wanted && caught_up); !s) return s;
    if (caught_up) return {};
  }
  return {};
}

// Leaves `positioned_` true unless it was stopped half-way.
Status Indexer::FillFromTruth(const std::stop_token& stop) {
  auto committed = index_.Committed();
  if (!committed) return ErrorOf(committed);
  const auto head = ReadOne(database_, [](Reader& reader) { return reader.Head(); });
  if (!head) return ErrorOf(head);
  const bool usable =
      *committed && (*committed)->epoch == head->epoch && (*committed)->sequence <= head->sequence;
  if (usable) {
    staged_ = **committed;
  } else {
    {
      const std::lock_guard lock(mutex_);
      state_.rebuilding = true;
      state_.committed = 0;
    }
    LogInfo("the search index is filled from the truth");
    if (Status s = index_.Clear(); !s) return s;
    Key after;
    for (;;) {
      if (stop.stop_requested()) return {};
      const auto page = feed_.Page("", after, kStoriesAtOnce);
      if (!page) return ErrorOf(page);
      if (page->states.empty()) break;
      after = {page->states.back().tenant_id, page->states.back().story.id};
      std::vector<IndexOperation> operations;
      Follow(*page, operations);
      if (Status s = index_.Apply(operations, {std::string(kFilling), 0}); !s) return s;
    }
    // What changed while it was filled comes again as events after `head`.
    if (Status s = index_.Apply({}, *head); !s) return s;
    if (Status s = index_.Commit(); !s) return s;
    staged_ = *head;
  }
  positioned_ = true;
  dirty_ = false;
  last_commit_ = steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    epoch_ = head->epoch;
    state_.head = std::max(state_.head, head->sequence);
    state_.committed = staged_.sequence;
    state_.rebuilding = false;
  }
  committed_.notify_all();
  return {};
}

Status Indexer::ApplyEvents(const std::vector<StoredEvent>& events) {
  std::set<Key> stories;
  std::set<Id> legacies;
  for (const StoredEvent& stored : events) {
    if (IsStoryEvent(stored.event.type)) {
      stories.emplace(stored.event.tenant_id, stored.event.subject);
    } else if (ChangesLegacy(stored.event.type)) {
      legacies.insert(stored.event.legacy_id);
    }
  }
  std::vector<IndexOperation> operations;
  if (!stories.empty()) {
    const auto states = feed_.ByKeys({stories.begin(), stories.end()});
    if (!states) return ErrorOf(states);
    Follow(*states, operations);
  }
  for (const Id& legacy : legacies) {
    if (Status s = ApplyLegacy(legacy, operations); !s) return s;
  }
  const Position reached{staged_.epoch, events.back().sequence};
  if (Status s = index_.Apply(operations, reached); !s) return s;
  staged_ = reached;
  dirty_ = true;
  return {};
}

Status Indexer::ApplyLegacy(const Id& legacy_id, std::vector<IndexOperation>& operations) {
  Key after;
  for (;;) {
    const auto page = feed_.Page(legacy_id, after, kStoriesAtOnce);
    if (!page) return ErrorOf(page);
    if (page->states.empty()) return {};
    after = {page->states.back().tenant_id, page->states.back().story.id};
    Follow(*page, operations);
    // Large legacies go in pieces; their position stays behind until all of it is staged.
    if (operations.size() >= static_cast<std::size_t>(kStoriesAtOnce)) {
      if (Status s = index_.Apply(operations, staged_); !s) return s;
      operations.clear();
    }
  }
}

Status Indexer::CommitIfDue(bool now) {
  if (!dirty_) return {};
  if (!now && steady_clock::now() - last_commit_ < kCommitEvery) return {};
  return CommitNow();
}

Status Indexer::CommitNow() {
  if (Status s = index_.Commit(); !s) return s;
  dirty_ = false;
  last_commit_ = steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    state_.committed = staged_.sequence;
    state_.head = std::max(state_.head, staged_.sequence);
  }
  committed_.notify_all();
  return {};
}

bool Indexer::SomebodyWaits() const {
  const auto next = awaited_.upper_bound(state_.committed);
  return next != awaited_.end() && *next <= staged_.sequence;
}

void Indexer::AwaitWork(const std::stop_token& stop, milliseconds longest) {
  std::unique_lock lock(mutex_);
  const bool failing = !state_.failure.empty();
  work_.wait_for(lock, stop, longest, [&] {
    return !failing && (state_.head > staged_.sequence || (dirty_ && SomebodyWaits()));
  });
}

}  // namespace heirloom
