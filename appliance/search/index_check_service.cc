#include "appliance/search/index_check_service.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace heirloom {
namespace {

constexpr std::size_t kDocumentsAtOnce = 500;
constexpr std::int64_t kStoriesAtOnce = 200;
constexpr int kEventsAtOnce = 10'000;
// An index that is further behind has its work to do first.
constexpr std::int64_t kMostBehind = 10'000;
constexpr std::size_t kMostSuspects = 1'000;

using Key = std::pair<std::string, Id>;  // Tenant, story.

struct Suspect {
  Key key;
  Id legacy_id;  // Empty when it is not known.
  std::string what;
};

Error CalledOff() { return {ErrorCode::kUnavailable, "nobody waits for the result any more", {}}; }

// For telling which stories were seen in eight bytes each: that two of a million keys share theirs,
// and one of them is missing, does not happen.
std::size_t Mark(const std::string& tenant, const Id& id) {
  return std::hash<std::string>()(tenant + '\n' + id);
}

class Comparison {
 public:
  Comparison(Database& database, StoryFeedService& feed, const StoryIndex& index,
             Progress& progress)
      : database_(database), feed_(feed), index_(index), progress_(progress) {}

  // Every story of the index against the truth.
  Status ReadIndex() {
    std::string after;
    do {
      if (progress_.Cancelled()) return tl::unexpected<Error>(CalledOff());
      progress_.Show("comparing the index with the stories", documents(), 0);
      const auto page = index_.Scan(after, kDocumentsAtOnce);
      if (!page) return ErrorOf(page);
      if (Status compared = Compare(page->stories); !compared) return compared;
      after = page->next;
    } while (!after.empty());
    std::sort(seen_.begin(), seen_.end());
    return {};
  }

  // The other way round: every story of the truth against what was seen.
  Status ReadTruth() {
    Key after;
    for (std::int64_t read = 0;; read += kStoriesAtOnce) {
      if (progress_.Cancelled()) return tl::unexpected<Error>(CalledOff());
      progress_.Show("comparing the stories with the index", read, 0);
      const auto page = feed_.Page("", after, kStoriesAtOnce);
      if (!page) return ErrorOf(page);
      if (page->states.empty()) return {};
      for (const StoryState& state : page->states) {
        after = {state.tenant_id, state.story.id};
        const std::size_t mark = Mark(state.tenant_id, state.story.id);
        if (state.gone || std::binary_search(seen_.begin(), seen_.end(), mark)) continue;
        Suspected({after, state.story.legacy_id, "is missing in it"});
      }
    }
  }

  // What the index has not followed yet explains itself: it was read before everything else.
  Status Excuse(std::int64_t committed) {
    std::set<Id> changed;
    for (std::int64_t after = committed;;) {
      const auto events = database_.EventsAfter(after, kEventsAtOnce);
      if (!events) return ErrorOf(events);
      if (events->empty()) break;
      after = events->back().sequence;
      for (const StoredEvent& event : *events) changed.insert(event.event.subject);
    }
    std::erase_if(suspects_, [&](const Suspect& suspect) {
      return changed.contains(suspect.key.second) || changed.contains(suspect.legacy_id);
    });
    return {};
  }

  std::int64_t documents() const { return static_cast<std::int64_t>(seen_.size()); }
  const std::vector<Suspect>& suspects() const { return suspects_; }

 private:
  Status Compare(const std::vector<IndexedStory>& stories) {
    std::vector<Key> keys;
    for (const IndexedStory& story : stories) keys.emplace_back(story.tenant_id, story.id);
    const auto truth = feed_.ByKeys(keys);
    if (!truth) return ErrorOf(truth);
    std::map<Key, const StoryState*> states;
    for (const StoryState& state : truth->states) {
      states.emplace(Key{state.tenant_id, state.story.id}, &state);
    }
    for (const IndexedStory& story : stories) {
      seen_.push_back(Mark(story.tenant_id, story.id));
      const Key key{story.tenant_id, story.id};
      const auto found = states.find(key);
      const StoryState* state = found == states.end() ? nullptr : found->second;
      if (!state || state->gone) {
        Suspected({key, state ? state->story.legacy_id : Id(), "is in it and no longer there"});
      } else if (state->story.updated_at.micros != story.updated_at) {
        Suspected({key, state->story.legacy_id, "is in it as it was once"});
      }
    }
    return {};
  }

  void Suspected(Suspect suspect) {
    if (suspects_.size() < kMostSuspects) suspects_.push_back(std::move(suspect));
  }

  Database& database_;
  StoryFeedService& feed_;
  const StoryIndex& index_;
  Progress& progress_;
  std::vector<std::size_t> seen_;
  std::vector<Suspect> suspects_;
};

// Whether the index is at a place of this database's history from which it can be compared.
bool IsComparable(const std::optional<Position>& at, const Position& head, const IndexWords& words,
                  Findings& findings) {
  if (!at) {
    findings.Note(words.check, words.name + " is empty; a daemon builds it");
  } else if (at->epoch != head.epoch) {
    findings.Note(
        words.check,
        words.name + " is of another history than the database; a daemon builds it again");
  } else if (at->sequence > head.sequence) {
    findings.Error(
        words.check,
        words.name + " is ahead of the database (" + std::to_string(at->sequence) + " against " +
            std::to_string(head.sequence) + "): an older database was put in place of a newer one",
        "if that was meant, put it back with heirloom restore --data-dir DIR --from FILE "
        "instead; what was written since is not in it");
  } else if (head.sequence - at->sequence > kMostBehind) {
    findings.Note(words.check, words.name + " is " + std::to_string(head.sequence - at->sequence) +
                                   " events behind and was not compared");
  } else {
    return true;
  }
  return false;
}

}  // namespace

Result<std::int64_t> CheckIndex(Database& database, StoryFeedService& feed, const StoryIndex& index,
                                const IndexWords& words, Findings& findings, Progress& progress) {
  const auto at = index.Committed();
  if (!at) return ErrorOf(at);
  const auto head = ReadOne(database, [](Reader& reader) { return reader.Head(); });
  if (!head) return ErrorOf(head);
  if (!IsComparable(*at, *head, words, findings)) return std::int64_t{0};

  Comparison comparison(database, feed, index, progress);
  if (Status read = comparison.ReadIndex(); !read) return ErrorOf(read);
  if (Status read = comparison.ReadTruth(); !read) return ErrorOf(read);
  if (Status excused = comparison.Excuse((*at)->sequence); !excused) return ErrorOf(excused);
  for (const Suspect& suspect : comparison.suspects()) {
    findings.Warning(words.check,
                     words.name + " is not true: story " + suspect.key.second + " " + suspect.what,
                     words.mend);
  }
  return comparison.documents();
}

}  // namespace heirloom
