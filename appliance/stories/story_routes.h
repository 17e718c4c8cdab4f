#pragma once

#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"
#include "appliance/stories/import_service.h"
#include "appliance/stories/story_service.h"

namespace heirloom {

// /api/v1/stories with their revisions. All must outlive the router.
void AddStoryRoutes(http::Router& router, StoryService& stories, const Authenticator& who);

// /api/v1/legacies/{id}/imports/stories.
void AddImportRoutes(http::Router& router, ImportService& imports, const Authenticator& who);

}  // namespace heirloom
