#include "appliance/wiring/provision.h"

#include "appliance/wiring/blobs.h"
#include "appliance/wiring/core.h"
#include "appliance/wiring/events.h"
#include "appliance/wiring/graph.h"
#include "appliance/wiring/remote_search.h"

namespace heirloom {

Status ProvisionInstallation(const Config& config) {
  Platform platform;
  if (const Status made = ProvisionBlobs(config, platform); !made) return made;
  if (const Status made = ProvisionGraph(config, platform.remote); !made) return made;
  if (const Status made = ProvisionSearch(config, platform.remote); !made) return made;
  return ProvisionEvents(config, platform);
}

}  // namespace heirloom
