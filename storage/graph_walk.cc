#include "storage/graph_walk.h"

#include <algorithm>
#include <deque>
#include <memory_resource>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "appliance/base/number.h"

namespace heirloom::graph {
namespace {

constexpr std::size_t kNoParent = static_cast<std::size_t>(-1);
// Most walks meet no more: they take no memory but this, at once.
constexpr std::size_t kUsuallyMet = 512;
constexpr std::size_t kUsuallyTaken = 16u << 10;

struct Found {
  WalkedNode node;
  std::size_t parent = kNoParent;  // Among those that were met.
};

// Breadth first from one node. What was met stays where it is, so that views of ids last.
class BreadthFirst {
 public:
  BreadthFirst(EdgeSource& source, const Id& start, std::size_t budget, const MayWalk& may_walk)
      : source_(source), start_(start), left_(budget), may_walk_(may_walk) {
    seen_.reserve(kUsuallyMet);
    found_.reserve(kUsuallyMet);
    seen_.insert(start_);
  }

  // Until `enough` says so of a node that passed, nothing is left within `depth`, or the budget is
  // spent.
  template <typename Enough>
  Status Run(int depth, const Enough& enough) {
    std::size_t begin = 0;  // The level that is walked on from: found_[begin, end).
    for (int level = 1; level <= depth && !done_; ++level) {
      const std::size_t end = found_.size();
      const std::size_t nodes = level == 1 ? 1 : end - begin;
      for (std::size_t first = 0; first < nodes && !done_; first += source_.AtOnce()) {
        const std::size_t count = std::min(nodes - first, source_.AtOnce());
        if (Status s = Expand(level, begin + first, count, enough); !s) return s;
      }
      if (Status s = Ask(enough); !s) return s;
      if (found_.size() == end) break;
      begin = end;
    }
    return {};
  }

  std::size_t count() const { return found_.size(); }
  WalkedNode Take(std::size_t found) { return std::move(met_[found_[found]].node); }
  bool spent() const { return spent_; }

  // From the start's neighbour to the last that was found.
  std::vector<WalkedNode> TakeWayToLast() {
    std::vector<WalkedNode> way;
    for (std::size_t at = found_.back(); at != kNoParent; at = met_[at].parent) {
      way.push_back(std::move(met_[at].node));
    }
    std::reverse(way.begin(), way.end());
    return way;
  }

 private:
  template <typename Enough>
  Status Expand(int level, std::size_t first, std::size_t count, const Enough& enough) {
    names_.clear();
    if (level == 1) {
      names_.emplace_back(start_);
    } else {
      for (std::size_t i = first; i < first + count; ++i)
        names_.emplace_back(met_[found_[i]].node.id);
    }
    Status asked;
    const Status read = source_.Edges(
        names_, left_ + 1, [&](std::size_t node, std::string_view other, std::string_view type) {
          if (left_ == 0) {
            spent_ = true;
            done_ = true;
            return false;
          }
          --left_;
          if (seen_.contains(other)) return true;
          const std::size_t parent = level == 1 ? kNoParent : found_[first + node];
          met_.push_back({{Id(other), std::string(type), level}, parent});
          seen_.insert(met_.back().node.id);
          if (!may_walk_) return !Keep(met_.size() - 1, enough);
          if (met_.size() - asked_ == kMaxPassBatch) asked = Ask(enough);
          return asked && !done_;
        });
    if (!read) return read;
    return asked;
  }

  // Decides on those that were met and not asked about yet.
  template <typename Enough>
  Status Ask(const Enough& enough) {
    if (!may_walk_ || asked_ == met_.size() || (done_ && !spent_)) return {};
    std::vector<WalkedNode> nodes;
    for (std::size_t i = asked_; i < met_.size(); ++i) nodes.push_back(met_[i].node);
    const auto answers = may_walk_(nodes);
    if (!answers) return ErrorOf(answers);
    if (answers->size() != nodes.size()) {
      return Fail(ErrorCode::kInternal, "graph: not as many answers as nodes were asked about");
    }
    const std::size_t first = std::exchange(asked_, met_.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if ((*answers)[i] && Keep(first + i, enough)) break;
    }
    return {};
  }

  template <typename Enough>
  bool Keep(std::size_t met, const Enough& enough) {
    found_.push_back(met);
    if (!enough(met_[met].node)) return false;
    done_ = true;
    return true;
  }

  EdgeSource& source_;
  const Id start_;
  std::size_t left_;
  const MayWalk& may_walk_;

  // Nothing of it goes before the walk does.
  std::pmr::monotonic_buffer_resource memory_{kUsuallyTaken};
  std::pmr::unordered_set<std::string_view> seen_{&memory_};  // Into start_ and met_.
  std::pmr::deque<Found> met_{&memory_};                      // Every node once, passed or not.
  std::vector<std::size_t> found_;                            // Those of met_ that passed.
  std::size_t asked_ = 0;                                     // Of met_.
  std::vector<std::string_view> names_;
  bool done_ = false;
  bool spent_ = false;
};

Result<std::size_t> ReadOffset(const std::string& cursor) {
  if (cursor.empty()) return std::size_t{0};
  const auto offset = ParseNumber<std::size_t>(cursor);
  if (offset && *offset < kMaxWalkReach) return *offset;
  return Fail(ErrorCode::kInvalidArgument, "graph: the cursor is none of ours");
}

}  // namespace

// A page goes on by walking again and leaving out what was shown: walks are short, and so nothing
// has to be kept between two pages.
Result<Walk> Traverse(EdgeSource& source, const TraverseQuery& query, const MayWalk& may_walk) {
  const auto offset = ReadOffset(query.cursor);
  if (!offset) return ErrorOf(offset);
  const std::size_t wanted = std::min(*offset + query.limit, kMaxWalkReach);
  BreadthFirst walk(source, query.start, query.budget, may_walk);
  std::size_t count = 0;
  // One more than wanted tells that there is more.
  const Status walked = walk.Run(query.depth, [&](const WalkedNode&) { return ++count > wanted; });
  if (!walked) return ErrorOf(walked);
  Walk out;
  const std::size_t end = std::min(wanted, walk.count());
  out.nodes.reserve(end - std::min(*offset, end));
  for (std::size_t i = *offset; i < end; ++i) out.nodes.push_back(walk.Take(i));
  const bool more = walk.count() > wanted;
  out.capped = more || walk.spent();
  if (more && wanted < kMaxWalkReach) out.cursor = std::to_string(wanted);
  return out;
}

Result<GraphPath> FindPath(EdgeSource& source, const PathQuery& query, const MayWalk& may_walk) {
  BreadthFirst walk(source, query.from, query.budget, may_walk);
  bool there = false;
  const Status walked = walk.Run(query.max_length, [&](const WalkedNode& node) {
    there = there || node.id == query.to;
    return there;
  });
  if (!walked) return ErrorOf(walked);
  GraphPath path;
  if (there) path.nodes = walk.TakeWayToLast();
  path.capped = !there && walk.spent();
  return path;
}

}  // namespace heirloom::graph
