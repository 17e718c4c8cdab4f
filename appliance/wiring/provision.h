#pragma once

#include "appliance/base/result.h"
#include "appliance/wiring/config.h"

namespace heirloom {

// Makes what the servers of the configuration need and have not: the bucket for blobs, topic and
// queues for events, constraints of the graph, indexes for search. Doing it again changes nothing;
// what lies in the data directory needs nothing.
Status ProvisionInstallation(const Config& config);

}  // namespace heirloom
