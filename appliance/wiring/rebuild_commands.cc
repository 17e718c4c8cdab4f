#include "appliance/wiring/rebuild_commands.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "appliance/search/index_check_service.h"
#include "appliance/stories/story_feed_service.h"
#include "appliance/wiring/embedded.h"
#include "appliance/wiring/indexer_lease.h"
#include "appliance/wiring/vectors.h"
#include "appliance/wiring/verification.h"

namespace heirloom {
namespace {

constexpr char kRebuildSearch[] = "rebuild search";
constexpr char kRebuildVectors[] = "rebuild vectors";

Result<std::string> Rebuild(Database& database, Followed followed, const IndexWords& words,
                            bool verify, Progress& progress) {
  const auto stories = followed.indexer->Rebuild(progress);
  if (!stories) return ErrorOf(stories);
  JsonWriter json;
  json.BeginObject().Member("stories", *stories);
  if (verify) {
    StoryFeedService feed(database);
    const Status compared = WriteComparison(
        json,
        [&](Findings& findings, Progress& progress_of_it) {
          return CheckIndex(database, feed, *followed.index, words, findings, progress_of_it);
        },
        progress);
    if (!compared) return ErrorOf(compared);
  }
  return json.EndObject().Take();
}

void AddCommand(Commands& commands, const char* name,
                const std::function<Result<std::string>(bool verify, Progress&)>& rebuild) {
  commands.Add(name, [rebuild](const Json& args, Progress& progress) -> Result<std::string> {
    const auto verify = ReadVerify(args);
    if (!verify) return ErrorOf(verify);
    return rebuild(*verify, progress);
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

void AddRebuildCommands(Commands& commands, Database& database, Followed search, Followed vectors) {
  AddCommand(commands, kRebuildSearch, [&database, search](bool verify, Progress& progress) {
    return Rebuild(database, search, {}, verify, progress);
  });
  AddCommand(commands, kRebuildVectors,
             [&database, vectors](bool verify, Progress& progress) -> Result<std::string> {
               if (!vectors.indexer) return NoEmbedder();
               return Rebuild(database, vectors, WordsOfVectors(), verify, progress);
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
  AddCommand(commands, kRebuildSearch,
             [&config, &core](bool verify, Progress& progress) -> Result<std::string> {
               const auto index = OpenSearchIndex(config, core.platform->remote);
               if (!index) return ErrorOf(index);
               const auto lease = LeaseOfSearch(config, core);
               if (!lease) return ErrorOf(lease);
               IndexerTraits traits;
               traits.alone = !config.index.opensearch;
               traits.leads = [&lease] { return !*lease || (*lease)->Held(); };
               StoryFeedService feed(*core.database);
               Indexer indexer(*core.database, feed, **index, core.platform->clock,
                               std::move(traits));
               indexer.Start();
               return Rebuild(*core.database, {&indexer, index->get()}, {}, verify, progress);
             });
  AddCommand(commands, kRebuildVectors,
             [&config, &core](bool verify, Progress& progress) -> Result<std::string> {
               const auto vectors = OpenVectors(config, core.platform->remote);
               if (!vectors) return ErrorOf(vectors);
               if (!vectors->on()) return NoEmbedder();
               const auto lease = LeaseOfSearch(config, core);
               if (!lease) return ErrorOf(lease);
               StoryFeedService feed(*core.database);
               Indexer indexer(
                   *core.database, feed, *vectors->index, core.platform->clock,
                   TraitsOfVectors(config, [&lease] { return !*lease || (*lease)->Held(); }));
               indexer.Start();
               return Rebuild(*core.database, {&indexer, vectors->index.get()}, WordsOfVectors(),
                              verify, progress);
             });
}

}  // namespace heirloom
