#include "appliance/graph/graph_check_service.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "appliance/graph/graph_projection.h"

namespace heirloom {
namespace {

constexpr char kCheck[] = "graph";
constexpr char kMend[] = "heirloom rebuild graph --data-dir DIR";
constexpr std::size_t kItemsAtOnce = 1'000;
constexpr int kEventsAtOnce = 10'000;
// A graph that is further behind has its work to do first.
constexpr std::int64_t kMostBehind = 10'000;
constexpr std::size_t kMostSuspects = 1'000;

using Mark = std::uint64_t;
using Marks = std::vector<Mark>;

// One node or edge with all that is said of it, and whose it is.
struct Described {
  std::string text;
  std::vector<Id> ids;
};

void Add(std::string& text, std::string_view field) {
  text += std::to_string(field.size()) + ':';
  text += field;
}

void Add(std::string& text, const GraphProperties& properties) {
  for (const auto& [name, value] : properties) {
    Add(text, name);
    const auto* number = std::get_if<std::int64_t>(&value);
    Add(text, number ? std::to_string(*number) : std::get<std::string>(value));
  }
}

Described Describe(const GraphSpace& space, const GraphNode& node) {
  Described out{"n", {space.legacy_id, node.id}};
  for (const std::string& field : {space.tenant_id, space.legacy_id, node.id, node.type}) {
    Add(out.text, field);
  }
  Add(out.text, node.properties);
  return out;
}

Described Describe(const GraphSpace& space, const GraphEdge& edge) {
  Described out{"e", {space.legacy_id, edge.from, edge.to}};
  for (const std::string& field : {space.tenant_id, space.legacy_id, edge.from, edge.from_type,
                                   edge.type, edge.to, edge.to_type}) {
    Add(out.text, field);
  }
  Add(out.text, edge.properties);
  return out;
}

// For telling what was seen in eight bytes each: that two of a million share theirs, and one of
// them is missing, does not happen.
Mark MarkOf(const Described& described) { return std::hash<std::string>()(described.text); }

class Comparison {
 public:
  Comparison(Database& database, const Clock& clock, const GraphStore& graph, Progress& progress)
      : database_(database), projection_(database, clock), graph_(graph), progress_(progress) {}

  // Both sides are read twice: first what there is, then, by name, what only one side has.
  Status Run() {
    if (Status s = EachOfGraph([&](const Described& item) { in_graph_.push_back(MarkOf(item)); });
        !s) {
      return s;
    }
    if (Status s = EachOfTruth([&](const Described& item) { in_truth_.push_back(MarkOf(item)); });
        !s) {
      return s;
    }
    std::sort(in_graph_.begin(), in_graph_.end());
    std::sort(in_truth_.begin(), in_truth_.end());
    if (in_graph_ == in_truth_) return {};
    if (Status s = EachOfGraph([&](const Described& item) {
          Suspect(item, in_truth_, "is in it and not, or no longer so, in the database");
        });
        !s) {
      return s;
    }
    return EachOfTruth([&](const Described& item) {
      Suspect(item, in_graph_, "is missing in it, or is there as it was once");
    });
  }

  // What the graph has not followed yet explains itself: it was read before everything else.
  Status Excuse(std::int64_t reached) {
    std::set<Id> changed;
    for (std::int64_t after = reached;;) {
      const auto events = database_.EventsAfter(after, kEventsAtOnce);
      if (!events) return ErrorOf(events);
      if (events->empty()) break;
      after = events->back().sequence;
      for (const StoredEvent& event : *events) changed.insert(event.event.subject);
    }
    std::erase_if(suspects_, [&](const auto& suspect) {
      return std::any_of(suspect.first.begin(), suspect.first.end(),
                         [&](const Id& id) { return changed.contains(id); });
    });
    return {};
  }

  void Tell(Findings& findings) const {
    std::set<std::string> told;  // A node and its edge are one matter.
    for (const auto& [ids, what] : suspects_) {
      std::string line = "the graph is not true: " + ids[1] + " of legacy " + ids[0] + " " + what;
      if (told.insert(line).second) findings.Warning(kCheck, std::move(line), kMend);
    }
  }

  std::int64_t items() const { return static_cast<std::int64_t>(in_graph_.size()); }

 private:
  Status CheckWanted() const {
    if (!progress_.Cancelled()) return {};
    return Fail(ErrorCode::kUnavailable, "nobody waits for the result any more");
  }

  template <typename Each>
  Status EachOfGraph(const Each& each) {
    std::string after;
    std::int64_t read = 0;
    do {
      if (Status s = CheckWanted(); !s) return s;
      progress_.Show("comparing the graph with the database", read, 0);
      const auto page = graph_.Scan(after, kItemsAtOnce);
      if (!page) return ErrorOf(page);
      for (const ScannedItem& item : page->items) {
        std::visit([&](const auto& value) { each(Describe(item.space, value)); }, item.item);
      }
      read += static_cast<std::int64_t>(page->items.size());
      after = page->next;
    } while (!after.empty());
    return {};
  }

  template <typename Each>
  Status EachOfTruth(const Each& each) {
    return projection_.All(
        [&](const std::vector<GraphOperation>& operations, std::int64_t read) -> Status {
          progress_.Show("comparing the database with the graph", read, 0);
          for (const GraphOperation& operation : operations) {
            if (const auto* node = std::get_if<PutNode>(&operation)) {
              each(Describe(node->space, node->node));
            } else if (const auto* edge = std::get_if<PutEdge>(&operation)) {
              each(Describe(edge->space, edge->edge));
            }
          }
          return CheckWanted();
        });
  }

  void Suspect(const Described& item, const Marks& other_side, const std::string& what) {
    const bool there = std::binary_search(other_side.begin(), other_side.end(), MarkOf(item));
    if (!there && suspects_.size() < kMostSuspects) suspects_.emplace_back(item.ids, what);
  }

  Database& database_;
  GraphProjection projection_;
  const GraphStore& graph_;
  Progress& progress_;
  Marks in_graph_;
  Marks in_truth_;
  std::vector<std::pair<std::vector<Id>, std::string>> suspects_;
};

// Whether the graph is at a place of this database's history from which it can be compared.
bool IsComparable(const std::optional<Position>& at, const Position& head, Findings& findings) {
  if (!at) {
    findings.Note(kCheck, "the graph is empty; a daemon builds it");
  } else if (at->epoch != head.epoch) {
    findings.Note(kCheck,
                  "the graph is of another history than the database; a daemon builds it again");
  } else if (at->sequence > head.sequence) {
    findings.Error(
        kCheck,
        "the graph is ahead of the database (" + std::to_string(at->sequence) + " against " +
            std::to_string(head.sequence) + "): an older database was put in place of a newer one",
        "if that was meant, put it back with heirloom restore --data-dir DIR --from FILE "
        "instead; what was written since is not in it");
  } else if (head.sequence - at->sequence > kMostBehind) {
    findings.Note(kCheck, "the graph is " + std::to_string(head.sequence - at->sequence) +
                              " events behind and was not compared");
  } else {
    return true;
  }
  return false;
}

}  // namespace

Result<std::int64_t> CheckGraph(Database& database, const Clock& clock, const GraphStore& graph,
                                Findings& findings, Progress& progress) {
  const auto at = graph.Reached();
  if (!at) return ErrorOf(at);
  const auto head = ReadOne(database, [](Reader& reader) { return reader.Head(); });
  if (!head) return ErrorOf(head);
  if (!IsComparable(*at, *head, findings)) return std::int64_t{0};
  Comparison comparison(database, clock, graph, progress);
  if (Status compared = comparison.Run(); !compared) return ErrorOf(compared);
  if (Status excused = comparison.Excuse((*at)->sequence); !excused) return ErrorOf(excused);
  comparison.Tell(findings);
  return comparison.items();
}

}  // namespace heirloom
