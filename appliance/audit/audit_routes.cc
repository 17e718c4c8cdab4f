#include "appliance/audit/audit_routes.h"

#include "appliance/audit/audit_json.h"
#include "appliance/http/respond.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

class AuditRoutes {
 public:
  AuditRoutes(AuditService& audit, const Authenticator& who) : audit_(audit), who_(who) {}

  Result<Response> List(const Request& request) const {
    const auto who = who_(request);
    if (!who) return ErrorOf(who);
    http::QueryReader query(request);
    const http::PageRequest page = http::ReadPage(query, 1);
    query.RefuseUnknown();
    if (const Status good = query.Check(); !good) return ErrorOf(good);
    const auto found = audit_.List(*who, page.after, page.limit);
    if (!found) return ErrorOf(found);
    return http::PageResponse(found->items, found->next, WriteAuditEntry);
  }

 private:
  AuditService& audit_;
  const Authenticator& who_;
};

}  // namespace

void AddAuditRoutes(http::Router& router, AuditService& audit, const Authenticator& who) {
  router.Get("/api/v1/audit", http::Answer(AuditRoutes(audit, who), &AuditRoutes::List));
}

}  // namespace heirloom
