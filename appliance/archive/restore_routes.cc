#include "appliance/archive/restore_routes.h"

#include "appliance/archive/restore_input.h"
#include "appliance/base/json.h"
#include "appliance/http/respond.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t kMaxBody = 16u << 20;
constexpr JsonLimits kJsonLimits{.max_bytes = kMaxBody, .max_depth = 128};

class RestoreRoutes {
 public:
  RestoreRoutes(RestoreService& restores, const Authenticator& who)
      : restores_(restores), who_(who) {}

  Result<Response> Legacy(const Request& request) const {
    const auto principal = who_(request);
    if (!principal) return ErrorOf(principal);
    const auto body = http::ReadJson(request, kJsonLimits);
    if (!body) return ErrorOf(body);
    const auto archived = ReadArchivedLegacy(*body);
    if (!archived) return ErrorOf(archived);
    const auto restored = restores_.RestoreLegacy(*principal, *archived);
    if (!restored) return ErrorOf(restored);
    const RestoredLegacy& legacy = restored->value;
    const bool created = legacy.outcome == RestoreOutcome::kCreated;
    JsonWriter json;
    json.BeginObject().Member("legacy_id", legacy.legacy_id);
    json.Member("outcome", ToString(legacy.outcome)).EndObject();
    Response response = Response::Json(created ? 201 : 200, json.Take());
    if (created) response.Set("Location", "/api/v1/legacies/" + legacy.legacy_id);
    return http::SetSequence(response, restored->position);
  }

  Result<Response> Stories(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto body = http::ReadJson(request, kJsonLimits);
    if (!body) return ErrorOf(body);
    const auto parts = ReadStoryBatch(*body);
    if (!parts) return ErrorOf(parts);
    const auto restored = restores_.RestoreStories(asked->who, asked->id, *parts);
    if (!restored) return ErrorOf(restored);
    JsonWriter json;
    json.BeginObject().Key("items").BeginArray();
    for (const RestoredStory& story : restored->value) {
      json.BeginObject().Member("origin_id", story.origin_id);
      json.Member("outcome", ToString(story.outcome));
      if (!story.story_id.empty()) json.Member("story_id", story.story_id);
      if (!story.reason.empty()) json.Member("reason", story.reason);
      json.EndObject();
    }
    json.EndArray().EndObject();
    Response response = Response::Json(200, json.Take());
    return http::SetSequence(response, restored->position);
  }

 private:
  RestoreService& restores_;
  const Authenticator& who_;
};

}  // namespace

void AddRestoreRoutes(http::Router& router, RestoreService& restores, const Authenticator& who) {
  const RestoreRoutes routes(restores, who);
  router.Post("/api/v1/imports/archive/legacies", http::Answer(routes, &RestoreRoutes::Legacy));
  router.Post("/api/v1/legacies/{id}/imports/archive",
              http::Answer(routes, &RestoreRoutes::Stories), {.max_body = kMaxBody});
}

}  // namespace heirloom
