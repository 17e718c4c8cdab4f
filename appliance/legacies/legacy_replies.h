#pragma once

#include "appliance/base/json.h"
#include "appliance/http/message.h"
#include "appliance/legacies/legacy_bin_service.h"
#include "appliance/legacies/legacy_service.h"

namespace heirloom {

// What this room's routes say alike.

void WriteLegacy(JsonWriter& json, const LegacyView& view);
void WriteMember(JsonWriter& json, const MemberView& view);
void WriteDeletedLegacy(JsonWriter& json, const DeletedLegacy& deleted);

// With its ETag.
http::Response LegacyResponse(int status, const LegacyView& view);
http::Response MemberResponse(int status, const Written<MemberView>& written);

// That an earlier request with this key made it.
void SetReplayed(http::Response& response, bool replayed);

}  // namespace heirloom
