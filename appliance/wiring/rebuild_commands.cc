#include "appliance/wiring/rebuild_commands.h"

#include <string>

#include "appliance/base/fields.h"
#include "appliance/stories/story_feed_service.h"
#include "appliance/wiring/embedded.h"

namespace heirloom {
namespace {

constexpr char kRebuildSearch[] = "rebuild search";

Status CheckNoArguments(const Json& args) {
  FieldReader fields(args);
  fields.RefuseUnknown();
  return fields.Check();
}

Result<std::string> Rebuild(Indexer& indexer, Progress& progress) {
  const auto stories = indexer.Rebuild(progress);
  if (!stories) return ErrorOf(stories);
  return JsonWriter().BeginObject().Member("stories", *stories).EndObject().Take();
}

}  // namespace

void AddRebuildCommands(Commands& commands, Indexer& indexer) {
  commands.Add(kRebuildSearch,
               [&indexer](const Json& args, Progress& progress) -> Result<std::string> {
                 if (const Status good = CheckNoArguments(args); !good) return ErrorOf(good);
                 return Rebuild(indexer, progress);
               });
}

void AddRebuildCommands(Commands& commands, const Config& config, Core& core) {
  commands.Add(kRebuildSearch,
               [&config, &core](const Json& args, Progress& progress) -> Result<std::string> {
                 if (const Status good = CheckNoArguments(args); !good) return ErrorOf(good);
                 const auto index = OpenSearchIndex(config, core.platform->remote);
                 if (!index) return ErrorOf(index);
                 StoryFeedService feed(*core.database);
                 Indexer indexer(*core.database, feed, **index, core.platform->clock);
                 indexer.Start();
                 return Rebuild(indexer, progress);
               });
}

}  // namespace heirloom
