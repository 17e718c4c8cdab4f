#include "appliance/stories/bin_routes.h"

#include "appliance/http/respond.h"
#include "appliance/stories/story_json.h"
#include "appliance/stories/story_replies.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

class BinRoutes {
 public:
  BinRoutes(BinService& bin, const Authenticator& who) : bin_(bin), who_(who) {}

  Result<Response> List(const Request& request) const {
    const auto who = who_(request);
    if (!who) return ErrorOf(who);
    http::QueryReader query(request);
    const auto legacy = query.AnId("legacy");
    const http::PageRequest page = http::ReadPage(query, 2);
    query.RefuseUnknown();
    if (const Status good = query.Check(); !good) return ErrorOf(good);
    const auto found = bin_.List(*who, legacy, page.after, page.limit);
    if (!found) return ErrorOf(found);
    return http::PageResponse(found->items, found->next, WriteDeletedStory);
  }

  Result<Response> Get(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto story = bin_.Get(asked->who, asked->id);
    if (!story) return ErrorOf(story);
    return StoryResponse(200, *story);
  }

  Result<Response> TakeBack(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    auto back = bin_.TakeBack(asked->who, asked->id);
    if (!back) return ErrorOf(back);
    return WrittenResponse(200, {std::move(*back), false});
  }

  Result<Response> Purge(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto position = bin_.Purge(asked->who, asked->id);
    if (!position) return ErrorOf(position);
    Response response = Response::NoContent();
    return http::SetSequence(response, *position);
  }

 private:
  BinService& bin_;
  const Authenticator& who_;
};

}  // namespace

void AddBinRoutes(http::Router& router, BinService& bin, const Authenticator& who) {
  const BinRoutes routes(bin, who);
  const auto to = [routes](auto method) { return http::Answer(routes, method); };
  router.Get("/api/v1/bin/stories", to(&BinRoutes::List));
  router.Get("/api/v1/bin/stories/{id}", to(&BinRoutes::Get));
  router.Delete("/api/v1/bin/stories/{id}", to(&BinRoutes::Purge));
  router.Post("/api/v1/bin/stories/{id}/restore", to(&BinRoutes::TakeBack));
}

}  // namespace heirloom
