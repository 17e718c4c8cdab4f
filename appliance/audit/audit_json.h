#pragma once

#include "appliance/audit/audit_trail.h"
#include "appliance/base/json.h"

namespace heirloom {

void WriteAuditEntry(JsonWriter& json, const audit::Entry& entry);

}  // namespace heirloom
