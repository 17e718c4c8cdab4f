#include "appliance/stories/working_copy_routes.h"

#include <limits>

#include "appliance/base/fields.h"
#include "appliance/http/respond.h"
#include "appliance/stories/story_input.h"
#include "appliance/stories/story_replies.h"
#include "appliance/stories/working_copy_json.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

class WorkingCopyRoutes {
 public:
  WorkingCopyRoutes(WorkingCopyService& copies, const Authenticator& who)
      : copies_(copies), who_(who) {}

  Result<Response> Get(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto copy = copies_.Get(asked->who, asked->id);
    if (!copy) return ErrorOf(copy);
    JsonWriter json;
    WriteWorkingCopy(json, *copy);
    return Response::Json(200, json.Take()).Set("ETag", http::ETagOf(copy->state.version));
  }

  Result<Response> Put(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto& [who, id] = *asked;
    if (const Status seen = copies_.RequireSeen(who, id); !seen) return ErrorOf(seen);
    const auto body = http::ReadJson(request, kStoryJson);
    if (!body) return ErrorOf(body);
    FieldReader fields(*body);
    const auto base = fields.Integer("base_version", 1, std::numeric_limits<std::int64_t>::max());
    if (!base && !fields.Has("base_version")) fields.Add("base_version", "is required");
    const StoryInput input = ReadStoryPatch(fields);
    fields.RefuseUnknown();
    if (const Status good = fields.Check(); !good) return ErrorOf(good);
    const auto kept = copies_.Put(who, id, *base, input);
    if (!kept) return ErrorOf(kept);
    JsonWriter json;
    WriteWorkingCopyState(json, *kept);
    return Response::Json(200, json.Take()).Set("ETag", http::ETagOf(kept->version));
  }

  Result<Response> Discard(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    if (const Status gone = copies_.Discard(asked->who, asked->id); !gone) return ErrorOf(gone);
    return Response::NoContent();
  }

  Result<Response> Save(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    // The answer shows the story: a token that may only write must not read by it.
    if (const Status seen = copies_.RequireSeen(asked->who, asked->id); !seen) return ErrorOf(seen);
    const auto saved = copies_.Save(asked->who, asked->id);
    if (!saved) return ErrorOf(saved);
    return WrittenResponse(200, *saved);
  }

 private:
  WorkingCopyService& copies_;
  const Authenticator& who_;
};

}  // namespace

void AddWorkingCopyRoutes(http::Router& router, WorkingCopyService& copies,
                          const Authenticator& who) {
  const WorkingCopyRoutes routes(copies, who);
  const auto to = [routes](auto method) { return http::Answer(routes, method); };
  router.Get("/api/v1/stories/{id}/working-copy", to(&WorkingCopyRoutes::Get));
  router.Put("/api/v1/stories/{id}/working-copy", to(&WorkingCopyRoutes::Put),
             {.max_body = kMaxStoryBody});
  router.Delete("/api/v1/stories/{id}/working-copy", to(&WorkingCopyRoutes::Discard));
  router.Post("/api/v1/stories/{id}/working-copy/save", to(&WorkingCopyRoutes::Save));
}

}  // namespace heirloom
