#include "appliance/delivery/dead_letter_routes.h"

#include "appliance/delivery/dead_letter_json.h"
#include "appliance/http/respond.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

class DeadLetterRoutes {
 public:
  DeadLetterRoutes(DeadLetterService& letters, const Authenticator& who)
      : letters_(letters), who_(who) {}

  Result<Response> List(const Request& request) const {
    const auto who = who_(request);
    if (!who) return ErrorOf(who);
    http::QueryReader query(request);
    const http::PageRequest page = http::ReadPage(query, 1);
    query.RefuseUnknown();
    if (const Status good = query.Check(); !good) return ErrorOf(good);
    const auto found =
        letters_.List(*who, page.after.empty() ? std::string() : page.after.front(), page.limit);
    if (!found) return ErrorOf(found);
    return http::PageResponse(found->items, found->next, WriteDeadLetter);
  }

  Result<Response> Redrive(const Request& request) const {
    const auto who = who_(request);
    if (!who) return ErrorOf(who);
    const Status redriven = letters_.Redrive(*who, request.PathParam("id"));
    if (!redriven) return ErrorOf(redriven);
    return Response::NoContent();
  }

 private:
  DeadLetterService& letters_;
  const Authenticator& who_;
};

}  // namespace

void AddDeadLetterRoutes(http::Router& router, DeadLetterService& letters,
                         const Authenticator& who) {
  const DeadLetterRoutes routes(letters, who);
  router.Get("/api/v1/dead-letters", http::Answer(routes, &DeadLetterRoutes::List));
  router.Post("/api/v1/dead-letters/{id}/redrive",
              http::Answer(routes, &DeadLetterRoutes::Redrive));
}

}  // namespace heirloom
