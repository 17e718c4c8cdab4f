#include "appliance/live/event_routes.h"

#include "appliance/http/respond.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

Result<std::optional<Position>> ReadLastEventId(const Request& request) {
  const auto header = request.GetHeader("Last-Event-ID");
  if (!header || header->empty()) return std::optional<Position>();
  auto position = ParsePosition(*header);
  if (!position) {
    return FailFields({{"Last-Event-ID", "must be the id of an event of this stream"}});
  }
  return position;
}

class EventRoutes {
 public:
  EventRoutes(LiveService& live, const Authenticator& who) : live_(live), who_(who) {}

  Result<Response> Open(const Request& request) const {
    const auto caller = who_.Identify(request);
    if (!caller) return ErrorOf(caller);
    http::QueryReader query(request);
    const auto legacy = query.AnId("legacy");
    query.RefuseUnknown();
    if (const Status good = query.Check(); !good) return ErrorOf(good);
    const auto seen = ReadLastEventId(request);
    if (!seen) return ErrorOf(seen);
    Response response;
    response.Set("Content-Type", "text/event-stream");
    response.Set("Cache-Control", "no-store");
    response.Set("X-Accel-Buffering", "no");  // nginx and its like pass each event on at once.
    if (request.method == "HEAD") return response;
    auto opened = live_.Open(*caller, *seen, legacy.value_or(""));
    if (!opened) return ErrorOf(opened);
    response.stream = std::move(opened->stream);
    response.body = std::move(opened->beginning);
    return response;
  }

 private:
  LiveService& live_;
  const Authenticator& who_;
};

}  // namespace

void AddEventRoutes(http::Router& router, LiveService& live, const Authenticator& who) {
  router.Get("/api/v1/events", http::Answer(EventRoutes(live, who), &EventRoutes::Open));
}

}  // namespace heirloom
