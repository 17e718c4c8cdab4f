#pragma once

#include "appliance/operations/commands.h"
#include "appliance/search/indexer.h"
#include "appliance/wiring/config.h"
#include "appliance/wiring/core.h"

namespace heirloom {

// "rebuild search", "rebuild vectors": build a projection again from the truth. Give {"stories":n}.

// In the daemon, while it serves. The indexers must outlive the commands; `vectors` is null where
// there is no search by meaning.
void AddRebuildCommands(Commands& commands, Indexer& search, Indexer* vectors);

// In a daemon's process that does not have the role indexer: these, and "rebuild graph", say so.
void AddNoRebuilds(Commands& commands);

// Where no daemon runs: the projection is opened when it is asked for. The rest must outlive the
// commands.
void AddRebuildCommands(Commands& commands, const Config& config, Core& core);

}  // namespace heirloom
