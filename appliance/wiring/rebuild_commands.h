#pragma once

#include "appliance/operations/commands.h"
#include "appliance/search/indexer.h"
#include "appliance/wiring/config.h"
#include "appliance/wiring/core.h"
#include "index/story_index.h"
#include "storage/database.h"

namespace heirloom {

// "rebuild search", "rebuild vectors" {"verify":bool}: build a projection again from the truth.
// Give
// {"stories":n} and, verified, "items" in it and "differences" from the truth, which are told in
// the log.

// A projection, and what makes it follow.
struct Followed {
  Indexer* indexer = nullptr;
  const StoryIndex* index = nullptr;
};

// In the daemon, while it serves. All must outlive the commands; `vectors` is empty where there is
// no search by meaning.
void AddRebuildCommands(Commands& commands, Database& database, Followed search, Followed vectors);

// In a daemon's process that does not have the role indexer: these, and "rebuild graph", say so.
void AddNoRebuilds(Commands& commands);

// Where no daemon runs: the projection is opened when it is asked for. The rest must outlive the
// commands.
void AddRebuildCommands(Commands& commands, const Config& config, Core& core);

}  // namespace heirloom
