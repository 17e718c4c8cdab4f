#include "appliance/wiring/web_role.h"

#include "appliance/archive/export_routes.h"
#include "appliance/archive/restore_routes.h"
#include "appliance/audit/audit_routes.h"
#include "appliance/delivery/dead_letter_routes.h"
#include "appliance/identity/account_routes.h"
#include "appliance/identity/identity_routes.h"
#include "appliance/legacies/legacy_bin_routes.h"
#include "appliance/legacies/legacy_routes.h"
#include "appliance/live/event_routes.h"
#include "appliance/operations/contract_routes.h"
#include "appliance/search/search_routes.h"
#include "appliance/stories/bin_routes.h"
#include "appliance/stories/import_routes.h"
#include "appliance/stories/story_routes.h"
#include "appliance/stories/tag_routes.h"
#include "appliance/stories/working_copy_routes.h"

namespace heirloom {
namespace {

RateLimits RateLimitsOf(const Config& config) {
  return {config.limits.writes_per_minute, config.limits.searches_per_minute,
          config.limits.exports_per_minute};
}

}  // namespace

WebRole::WebRole(const Config& config, Core& core, Projections& projections)
    : core_(core),
      legacies_(*core.database, core.platform->clock, core.platform->ids),
      stories_(*core.database, core.platform->clock, core.platform->ids),
      copies_(*core.database, core.platform->clock),
      bin_(*core.database, core.platform->clock),
      tags_(*core.database, core.platform->clock),
      legacy_bin_(*core.database, core.platform->clock),
      imports_(*core.database, core.platform->clock, core.platform->ids),
      exports_(*core.database, core.platform->clock, config.data_dir),
      restores_(*core.database, core.platform->clock, core.platform->ids),
      lookup_(*core.database),
      search_(projections.index(), projections.indexer(), lookup_, legacies_, core.platform->clock),
      semantic_(projections.semantic().NewService(lookup_, legacies_)),
      audit_(*core.database),
      live_(*core.database, core.platform->clock),
      assets_(config.http.web_root),
      limiter_(*core.bookkeeping, core.platform->clock, RateLimitsOf(config)),
      who_(core.identity, &limiter_) {}

void WebRole::Start() { live_.Start(); }

void WebRole::Stop() { live_.Stop(); }

Status WebRole::Housekeep() {
  exports_.Housekeep();
  return core_.identity.Housekeep();
}

void WebRole::AddRoutes(http::Router& router, Events& events) {
  AddDeadLetterRoutes(router, events.dead_letters(), who_);
  AddContractRoute(router);
  AddIdentityRoutes(router, core_.identity, who_);
  AddAccountRoutes(router, core_.identity, who_);
  AddLegacyRoutes(router, legacies_, who_);
  AddStoryRoutes(router, stories_, who_);
  AddWorkingCopyRoutes(router, copies_, who_);
  AddBinRoutes(router, bin_, who_);
  AddTagRoutes(router, tags_, who_);
  AddLegacyBinRoutes(router, legacy_bin_, who_);
  AddImportRoutes(router, imports_, who_);
  AddExportRoutes(router, exports_, who_);
  AddRestoreRoutes(router, restores_, who_);
  AddSearchRoutes(router, search_, semantic_, who_);
  AddAuditRoutes(router, audit_, who_);
  AddEventRoutes(router, live_, who_);
  router.Fallback([this](http::Request& request) { return assets_.Serve(request); });
}

void WebRole::AddMetrics(Metrics& metrics) {
  using Kind = Metrics::Kind;
  metrics.AddReading(Kind::kGauge, "heirloom_events_subscribers",
                     "Event streams that are open or opening.",
                     [this] { return static_cast<double>(live_.Stats().subscribers); });
  metrics.AddReading(Kind::kCounter, "heirloom_events_sent_total",
                     "Events passed on, counted for each subscriber.",
                     [this] { return static_cast<double>(live_.Stats().sent); });
  metrics.AddReading(Kind::kGauge, "heirloom_events_lag_events",
                     "Events that subscribers have not been told of yet.",
                     [this] { return static_cast<double>(live_.Stats().lag); });
}

}  // namespace heirloom
