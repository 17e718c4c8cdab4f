#pragma once

#include "appliance/archive/export_service.h"
#include "appliance/archive/restore_service.h"
#include "appliance/audit/audit_service.h"
#include "appliance/http/router.h"
#include "appliance/identity/authenticator.h"
#include "appliance/legacies/legacy_bin_service.h"
#include "appliance/legacies/legacy_service.h"
#include "appliance/live/live_service.h"
#include "appliance/operations/web_assets.h"
#include "appliance/search/search_service.h"
#include "appliance/search/semantic_search_service.h"
#include "appliance/stories/bin_service.h"
#include "appliance/stories/import_service.h"
#include "appliance/stories/story_lookup_service.h"
#include "appliance/stories/story_service.h"
#include "appliance/stories/tag_service.h"
#include "appliance/stories/working_copy_service.h"
#include "appliance/telemetry/metrics.h"
#include "appliance/throttle/rate_limiter.h"
#include "appliance/wiring/config.h"
#include "appliance/wiring/core.h"
#include "appliance/wiring/events.h"
#include "appliance/wiring/projections.h"

namespace heirloom {

// What people ask for: the API, the event streams and the web UI.
class WebRole {
 public:
  // Listens for commits from here on, so before anybody writes. What is passed must outlive it.
  WebRole(const Config& config, Core& core, Projections& projections);

  void Start();
  void Stop();  // Idempotent.

  // `events`, and this, must outlive the router, and this the metrics.
  void AddRoutes(http::Router& router, Events& events);
  void AddMetrics(Metrics& metrics);

  // Lets go of what nobody asks for any more, and writes down who was seen.
  Status Housekeep();

 private:
  Core& core_;
  LegacyService legacies_;
  StoryService stories_;
  WorkingCopyService copies_;
  BinService bin_;
  TagService tags_;
  LegacyBinService legacy_bin_;
  ImportService imports_;
  ExportService exports_;
  RestoreService restores_;
  StoryLookupService lookup_;
  SearchService search_;
  SemanticSearchService semantic_;
  AuditService audit_;
  LiveService live_;
  WebAssets assets_;
  RateLimiter limiter_;
  Authenticator who_;
};

}  // namespace heirloom
