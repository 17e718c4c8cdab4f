#include "appliance/stories/revision_check_service.h"

#include <utility>
#include <vector>

#include "appliance/domain/revision_chain.h"
#include "appliance/stories/revision_repository.h"

namespace heirloom {
namespace {

using revision_repository::SealedRevision;

constexpr std::int64_t kRevisionsAtOnce = 200;
constexpr std::int64_t kStoriesAtOnce = 100;

// Goes along the chains, one revision after the other.
class ChainWalk {
 public:
  explicit ChainWalk(const std::function<bool(const RevisionFinding&)>& on_finding)
      : on_finding_(on_finding) {}

  void Visit(const SealedRevision& next) {
    if (next.tenant_id != tenant_ || next.story_id != story_) {
      EndOfStory();
      tenant_ = next.tenant_id;
      story_ = next.story_id;
      number_ = 0;
      parent_.clear();
    }
    const Revision& revision = next.revision;
    if (revision.number != number_ + 1) {
      Report(number_ + 1, "it is missing");
    } else if (RevisionDigest(parent_, revision) != revision.digest) {
      Report(revision.number, "its seal does not fit it, or the one before it");
    }
    if (!next.purged && next.found_hash != revision.content_hash) {
      Report(revision.number, "its content is not what was sealed");
    } else if (next.story_hash && *next.story_hash != revision.content_hash) {
      Report(0, "it is not what its newest revision says");
    }
    number_ = revision.number;
    parent_ = revision.digest;
    newest_ = next.newest;
    ++check_.revisions;
  }

  void EndOfStory() {
    // More than `newest`: saved since; the page was read before.
    if (!story_.empty() && number_ < newest_) Report(newest_, "the newest is missing");
  }

  void Report(const std::string& tenant, const Id& story, std::int64_t number, std::string reason) {
    if (stopped_) return;
    ++check_.findings;
    stopped_ = !on_finding_({tenant, story, number, std::move(reason)});
  }

  bool stopped() const { return stopped_; }
  const RevisionCheck& check() const { return check_; }
  const std::string& tenant() const { return tenant_; }
  const Id& story() const { return story_; }
  std::int64_t number() const { return number_; }

 private:
  void Report(std::int64_t number, std::string reason) {
    Report(tenant_, story_, number, std::move(reason));
  }

  const std::function<bool(const RevisionFinding&)>& on_finding_;
  RevisionCheck check_;
  std::string tenant_;
  Id story_;
  std::int64_t number_ = 0;
  std::int64_t newest_ = 0;
  std::string parent_;
  bool stopped_ = false;
};

}  // namespace

Result<RevisionCheck> CheckRevisions(
    Database& database, Progress& progress,
    const std::function<bool(const RevisionFinding&)>& on_finding) {
  ChainWalk walk(on_finding);
  const auto bare = ReadOne(database, [](Reader& reader) {
    return revision_repository::StoriesWithoutAny(reader, kStoriesAtOnce);
  });
  if (!bare) return ErrorOf(bare);
  for (const auto& [tenant, story] : *bare) walk.Report(tenant, story, 0, "it has no revision");
  while (!walk.stopped()) {
    if (progress.Cancelled()) return Fail(ErrorCode::kUnavailable, "called off");
    const auto page = ReadOne(database, [&](Reader& reader) {
      return revision_repository::SealedAfter(reader, walk.tenant(), walk.story(), walk.number(),
                                              kRevisionsAtOnce);
    });
    if (!page) return ErrorOf(page);
    for (const SealedRevision& next : *page) walk.Visit(next);
    progress.Show("checking revisions", walk.check().revisions, 0);
    if (page->size() < static_cast<std::size_t>(kRevisionsAtOnce)) break;
  }
  walk.EndOfStory();
  return walk.check();
}

}  // namespace heirloom
