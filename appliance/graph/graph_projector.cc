#include "appliance/graph/graph_projector.h"

#include <mutex>
#include <utility>

#include "appliance/graph/graph_projection.h"

namespace heirloom {
namespace {

constexpr std::size_t kAppliedAtOnce = 4'000;

class NewGraph final : public ProjectedGeneration {
 public:
  NewGraph(GraphStore& store, GraphProjection& projection,
           std::unique_ptr<GraphGeneration> generation)
      : store_(store), projection_(projection), generation_(std::move(generation)) {}

  Status Fill(const Position&, const Show& show) override {
    return projection_.All(
        [&](const std::vector<GraphOperation>& operations, std::int64_t read) -> Status {
          if (Status s = show(read); !s) return s;
          return generation_->Apply(operations);
        });
  }
  Status Take(const std::vector<StoredEvent>& events, const Position&, const Position&) override {
    return projection_.Follow(events, [&](const std::vector<GraphOperation>& operations) {
      return generation_->Apply(operations);
    });
  }
  Status Settle() override { return {}; }
  Status Adopt(const Position& reached) override {
    return store_.Adopt(std::move(generation_), reached);
  }

 private:
  GraphStore& store_;
  GraphProjection& projection_;
  std::unique_ptr<GraphGeneration> generation_;
};

FollowerTraits TraitsOfGraph(bool alone, std::function<bool()> leads) {
  FollowerTraits traits;
  traits.name = "graph";
  traits.thread = "graph";
  traits.alone = alone;
  traits.leads = std::move(leads);
  traits.commit_every = std::chrono::milliseconds(0);  // What is applied is there at once.
  traits.reading = "reading stories and members";
  return traits;
}

}  // namespace

class GraphProjector::Graph final : public Projected {
 public:
  Graph(Database& database, GraphProjector::Open open, const Clock& clock)
      : projection_(database, clock), open_(std::move(open)) {}

  // Null while it is not open; for any thread.
  GraphStore* Get() const {
    const std::lock_guard lock(mutex_);
    return store_.get();
  }

  Status Open() override {
    if (Get()) return {};
    auto opened = open_();
    if (!opened) return ErrorOf(opened);
    const std::lock_guard lock(mutex_);
    store_ = std::move(*opened);
    return {};
  }
  Result<std::optional<Position>> Reached() const override { return store_->Reached(); }
  // The position goes with the last of what its events brought: one write for what is little.
  Status Take(const std::vector<StoredEvent>& events, const Position& before,
              const Position& after) override {
    std::vector<GraphOperation> pending;
    const Status followed =
        projection_.Follow(events, [&](const std::vector<GraphOperation>& operations) -> Status {
          if (pending.size() + operations.size() > kAppliedAtOnce) {
            if (Status s = store_->Apply(std::exchange(pending, {}), before); !s) return s;
          }
          pending.insert(pending.end(), operations.begin(), operations.end());
          return {};
        });
    if (!followed) return followed;
    return store_->Apply(pending, after);
  }
  Status Commit() override { return {}; }
  Result<std::size_t> Sweep(Time before, std::int64_t passed) override {
    return store_->Sweep(before.micros, passed);
  }
  Result<std::unique_ptr<ProjectedGeneration>> StartGeneration() override {
    auto generation = store_->StartGeneration();
    if (!generation) return ErrorOf(generation);
    return std::make_unique<NewGraph>(*store_, projection_, std::move(*generation));
  }
  Result<std::int64_t> Count() override { return projection_.Count(); }

 private:
  GraphProjection projection_;
  const GraphProjector::Open open_;
  mutable std::mutex mutex_;
  std::unique_ptr<GraphStore> store_;  // Set once, by the follower's thread.
};

GraphProjector::GraphProjector(Database& database, Open open, const Clock& clock, bool alone,
                               std::function<bool()> leads)
    : graph_(std::make_unique<Graph>(database, std::move(open), clock)),
      follower_(database, *graph_, clock, TraitsOfGraph(alone, std::move(leads))) {}

GraphProjector::~GraphProjector() = default;

Result<GraphStore*> GraphProjector::Store() const {
  if (GraphStore* const store = graph_->Get()) return store;
  const std::string failure = follower_.State().failure;
  return FailForNow(ErrorCode::kUnavailable,
                    failure.empty() ? "the graph is just being opened" : failure, 1);
}

}  // namespace heirloom
