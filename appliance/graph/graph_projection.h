#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/domain/event.h"
#include "storage/database.h"
#include "storage/graph_store.h"

namespace heirloom {

// What stands in the graph for now; a legacy is a node in its own space.
namespace graph_type {
inline constexpr std::string_view kLegacy = "Legacy";         // {visibility}
inline constexpr std::string_view kStory = "Story";           // {status}
inline constexpr std::string_view kUser = "User";             // Who is a member.
inline constexpr std::string_view kMemberOf = "member_of";    // User -> Legacy {role}
inline constexpr std::string_view kBelongsTo = "belongs_to";  // Story -> Legacy
}  // namespace graph_type

// The truth as the graph keeps it: what an event or all of it becomes there. It knows no graph:
// operations go to whoever asks, the one that is asked or the next generation. Each operation has
// the newest event of the snapshot it was read in as its version.
class GraphProjection {
 public:
  GraphProjection(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  // Some operations of many, at most some thousands.
  using Take = std::function<Status(const std::vector<GraphOperation>&)>;
  // What the things that `events` name are now.
  Status Follow(const std::vector<StoredEvent>& events, const Take& take);

  // Everything there is. `take` is also told how many rows were read since the start.
  using TakePage = std::function<Status(const std::vector<GraphOperation>&, std::int64_t read)>;
  Status All(const TakePage& take);
  // How many All will read at most, as things stand.
  Result<std::int64_t> Count();

 private:
  Status OfLegacy(const Id& legacy_id, const Take& take);

  Database& database_;
  const Clock& clock_;
};

}  // namespace heirloom
