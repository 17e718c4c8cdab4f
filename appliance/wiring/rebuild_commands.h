#pragma once

#include "appliance/operations/commands.h"
#include "appliance/search/indexer.h"
#include "appliance/wiring/config.h"
#include "appliance/wiring/core.h"

namespace heirloom {

// "rebuild search": builds a projection again from the truth. Gives {"stories":n}.

// In the daemon, while it serves. `indexer` must outlive the commands.
void AddRebuildCommands(Commands& commands, Indexer& indexer);

// Where no daemon runs: the projection is opened when it is asked for. The rest must outlive the
// commands.
void AddRebuildCommands(Commands& commands, const Config& config, Core& core);

}  // namespace heirloom
