#pragma once

#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"
#include "appliance/stories/story_service.h"

namespace heirloom {

// /api/v1/stories with their revisions. Both must outlive the router.
void AddStoryRoutes(http::Router& router, StoryService& stories, const Authenticator& who);

}  // namespace heirloom
