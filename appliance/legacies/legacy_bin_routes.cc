#include "appliance/legacies/legacy_bin_routes.h"

#include "appliance/http/respond.h"
#include "appliance/legacies/legacy_replies.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

class LegacyBinRoutes {
 public:
  LegacyBinRoutes(LegacyBinService& bin, const Authenticator& who) : bin_(bin), who_(who) {}

  Result<Response> List(const Request& request) const {
    const auto who = who_(request);
    if (!who) return ErrorOf(who);
    http::QueryReader query(request);
    const http::PageRequest page = http::ReadPage(query, 2);
    query.RefuseUnknown();
    if (const Status good = query.Check(); !good) return ErrorOf(good);
    const auto found = bin_.List(*who, page.after, page.limit);
    if (!found) return ErrorOf(found);
    return http::PageResponse(found->items, found->next, WriteDeletedLegacy);
  }

  Result<Response> TakeBack(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto back = bin_.TakeBack(asked->who, asked->id);
    if (!back) return ErrorOf(back);
    Response response = LegacyResponse(200, back->value);
    return http::SetSequence(response, back->position);
  }

 private:
  LegacyBinService& bin_;
  const Authenticator& who_;
};

}  // namespace

void AddLegacyBinRoutes(http::Router& router, LegacyBinService& bin, const Authenticator& who) {
  const LegacyBinRoutes routes(bin, who);
  const auto to = [routes](auto method) { return http::Answer(routes, method); };
  router.Get("/api/v1/bin/legacies", to(&LegacyBinRoutes::List));
  router.Post("/api/v1/bin/legacies/{id}/restore", to(&LegacyBinRoutes::TakeBack));
}

}  // namespace heirloom
