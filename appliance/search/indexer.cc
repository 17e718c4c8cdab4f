#include "appliance/search/indexer.h"

#include <string_view>
#include <utility>

#include "appliance/search/story_projection.h"

namespace heirloom {
namespace {

// While a generation is filled nobody sees it: commits only keep memory bounded.
constexpr std::size_t kFilledPerCommit = 2000;
// An epoch that no database has: what a generation holds while it is being filled.
constexpr std::string_view kFilling = "filling";

// What the stories that `events` name are now, into an index or a generation of one. The position
// stays behind until all of it is staged.
template <typename Target>
Status TakeInto(Target& target, StoryProjection& projection, const std::vector<StoredEvent>& events,
                const Position& before, const Position& after) {
  const Status followed =
      projection.Follow(events, [&](const std::vector<IndexOperation>& operations) {
        return target.Apply(operations, before);
      });
  if (!followed) return followed;
  return target.Apply({}, after);
}

class NewStories final : public ProjectedGeneration {
 public:
  NewStories(StoryIndex& index, StoryProjection& projection,
             std::unique_ptr<SearchGeneration> generation)
      : index_(index), projection_(projection), generation_(std::move(generation)) {}

  Status Fill(const Position& head, const Show& show) override {
    std::size_t staged = 0;
    const Status filled = projection_.All(
        [&](const std::vector<IndexOperation>& operations, std::int64_t read) -> Status {
          if (Status s = generation_->Apply(operations, {std::string(kFilling), 0}); !s) return s;
          staged += operations.size();
          if (staged >= kFilledPerCommit) {
            if (Status s = generation_->Commit(); !s) return s;
            staged = 0;
          }
          return show(read);
        });
    if (!filled) return filled;
    return generation_->Apply({}, head);
  }
  Status Take(const std::vector<StoredEvent>& events, const Position& before,
              const Position& after) override {
    return TakeInto(*generation_, projection_, events, before, after);
  }
  Status Settle() override { return generation_->Commit(); }
  Status Adopt(const Position&) override { return index_.Adopt(std::move(generation_)); }

 private:
  StoryIndex& index_;
  StoryProjection& projection_;
  std::unique_ptr<SearchGeneration> generation_;
};

class Stories final : public Projected {
 public:
  Stories(StoryFeedService& feed, StoryIndex& index, const Clock& clock)
      : projection_(feed, clock), index_(index) {}

  Status Open() override { return {}; }
  Result<std::optional<Position>> Reached() const override { return index_.Committed(); }
  Status Take(const std::vector<StoredEvent>& events, const Position& before,
              const Position& after) override {
    return TakeInto(index_, projection_, events, before, after);
  }
  Status Commit() override { return index_.Commit(); }
  Result<std::size_t> Sweep(Time before, std::int64_t passed) override {
    return index_.Sweep(before.micros, passed);
  }
  Result<std::unique_ptr<ProjectedGeneration>> StartGeneration() override {
    auto generation = index_.StartGeneration();
    if (!generation) return ErrorOf(generation);
    return std::make_unique<NewStories>(index_, projection_, std::move(*generation));
  }
  Result<std::int64_t> Count() override { return projection_.Count(); }

 private:
  StoryProjection projection_;
  StoryIndex& index_;
};

IndexerTraits Named(IndexerTraits traits) {
  if (traits.name.empty()) traits.name = "search index";
  if (traits.thread.empty()) traits.thread = "indexer";
  return traits;
}

}  // namespace

Indexer::Indexer(Database& database, StoryFeedService& feed, StoryIndex& index, const Clock& clock,
                 IndexerTraits traits)
    : stories_(std::make_unique<Stories>(feed, index, clock)),
      follower_(database, *stories_, clock, Named(std::move(traits))) {}

Indexer::~Indexer() = default;

}  // namespace heirloom
