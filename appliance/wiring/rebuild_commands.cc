#include "appliance/wiring/rebuild_commands.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "appliance/base/fields.h"
#include "appliance/stories/story_feed_service.h"
#include "appliance/wiring/embedded.h"
#include "appliance/wiring/indexer_lease.h"
#include "appliance/wiring/vectors.h"

namespace heirloom {
namespace {

constexpr char kRebuildSearch[] = "rebuild search";
constexpr char kRebuildVectors[] = "rebuild vectors";

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

void AddCommand(Commands& commands, const char* name,
                const std::function<Result<std::string>(Progress&)>& rebuild) {
  commands.Add(name, [rebuild](const Json& args, Progress& progress) -> Result<std::string> {
    if (const Status good = CheckNoArguments(args); !good) return ErrorOf(good);
    return rebuild(progress);
  });
}

tl::unexpected<Error> NoEmbedder() {
  return Fail(ErrorCode::kConflict,
              "there are no vectors: search by meaning is switched off (index.embedder = "
              "\"none\")");
}

// None where the indexes are this data directory's own.
Result<std::unique_ptr<Leadership>> LeaseOfSearch(const Config& config, Core& core) {
  if (!config.index.opensearch) return std::unique_ptr<Leadership>();
  return TakeIndexerLease(config, core);
}

}  // namespace

void AddRebuildCommands(Commands& commands, Indexer& search, Indexer* vectors) {
  AddCommand(commands, kRebuildSearch,
             [&search](Progress& progress) { return Rebuild(search, progress); });
  AddCommand(commands, kRebuildVectors, [vectors](Progress& progress) -> Result<std::string> {
    if (!vectors) return NoEmbedder();
    return Rebuild(*vectors, progress);
  });
}

void AddNoRebuilds(Commands& commands) {
  for (const char* const name : {kRebuildSearch, kRebuildVectors, "rebuild graph"}) {
    commands.Add(name, [](const Json&, Progress&) -> Result<std::string> {
      return Fail(ErrorCode::kConflict,
                  "this process does not have the role indexer: run this with the --data-dir of "
                  "one that has");
    });
  }
}

void AddRebuildCommands(Commands& commands, const Config& config, Core& core) {
  AddCommand(commands, kRebuildSearch, [&config, &core](Progress& progress) -> Result<std::string> {
    const auto index = OpenSearchIndex(config, core.platform->remote);
    if (!index) return ErrorOf(index);
    const auto lease = LeaseOfSearch(config, core);
    if (!lease) return ErrorOf(lease);
    IndexerTraits traits;
    traits.alone = !config.index.opensearch;
    traits.leads = [&lease] { return !*lease || (*lease)->Held(); };
    StoryFeedService feed(*core.database);
    Indexer indexer(*core.database, feed, **index, core.platform->clock, std::move(traits));
    indexer.Start();
    return Rebuild(indexer, progress);
  });
  AddCommand(
      commands, kRebuildVectors, [&config, &core](Progress& progress) -> Result<std::string> {
        const auto vectors = OpenVectors(config, core.platform->remote);
        if (!vectors) return ErrorOf(vectors);
        if (!vectors->on()) return NoEmbedder();
        const auto lease = LeaseOfSearch(config, core);
        if (!lease) return ErrorOf(lease);
        StoryFeedService feed(*core.database);
        Indexer indexer(*core.database, feed, *vectors->index, core.platform->clock,
                        TraitsOfVectors(config, [&lease] { return !*lease || (*lease)->Held(); }));
        indexer.Start();
        return Rebuild(indexer, progress);
      });
}

}  // namespace heirloom
