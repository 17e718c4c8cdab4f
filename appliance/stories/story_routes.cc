#include "appliance/stories/story_routes.h"

#include "appliance/base/fields.h"
#include "appliance/http/respond.h"
#include "appliance/stories/story_input.h"
#include "appliance/stories/story_json.h"
#include "appliance/stories/story_replies.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

constexpr std::string_view kPath = "/api/v1/stories/";
constexpr std::int64_t kMaxRevision = 1'000'000'000;

class StoryRoutes {
 public:
  StoryRoutes(StoryService& stories, const Authenticator& who) : stories_(stories), who_(who) {}

  Result<Response> List(const Request& request) const {
    const auto who = who_(request);
    if (!who) return ErrorOf(who);
    http::QueryReader query(request);
    StoryListQuery list;
    list.legacy_id = query.AnId("legacy");
    if (const auto status = query.OneOf("status", {"draft", "published", "archived"})) {
      list.status = ParseStoryStatus(*status);
    }
    list.tag = query.Text("tag", 64);
    list.by_happening = query.OneOf("order", {"updated", "happened"}) == "happened";
    const http::PageRequest page = http::ReadPage(query, 2);
    list.after = page.after;
    list.limit = page.limit;
    query.RefuseUnknown();
    if (const Status good = query.Check(); !good) return ErrorOf(good);
    const auto found = stories_.List(*who, list);
    if (!found) return ErrorOf(found);
    return http::PageResponse(found->items, found->next, WriteStorySummary);
  }

  Result<Response> Create(const Request& request) const {
    const auto who = who_(request);
    if (!who) return ErrorOf(who);
    const auto key = http::ReadRequestKey(request);
    if (!key) return ErrorOf(key);
    const auto body = http::ReadJson(request, kStoryJson);
    if (!body) return ErrorOf(body);
    FieldReader fields(*body);
    const std::string legacy = fields.RequiredText("legacy_id", {.min = 1, .max = 36});
    const std::string title = fields.RequiredText("title", {.min = 1, .max = 300});
    StoryInput input = ReadStoryInput(fields, false);
    input.title = title;
    input.note = fields.Text("note", {.max = 500}).value_or("");
    fields.RefuseUnknown();
    if (fields.Has("legacy_id") && !legacy.empty() && !IsId(legacy)) {
      fields.Add("legacy_id", "must be the id of a legacy");
    }
    if (const Status good = fields.Check(); !good) return ErrorOf(good);
    const auto made = stories_.Create(*who, legacy, input, *key);
    if (!made) return ErrorOf(made);
    Response response = WrittenResponse(201, *made);
    return response.Set("Location", std::string(kPath) + made->value.story.id);
  }

  Result<Response> Get(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto& [who, id] = *asked;
    const auto story = stories_.Get(who, id);
    if (!story) return ErrorOf(story);
    return StoryResponse(200, *story);
  }

  Result<Response> Update(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto& [who, id] = *asked;
    // First whether it is theirs to see at all, so that no other answer tells that it is there.
    if (const Status seen = stories_.RequireSeen(who, id); !seen) return ErrorOf(seen);
    const auto version = http::ReadIfMatch(request);
    if (!version) return ErrorOf(version);
    const auto key = http::ReadRequestKey(request);
    if (!key) return ErrorOf(key);
    const auto body = http::ReadJson(request, kStoryJson);
    if (!body) return ErrorOf(body);
    FieldReader fields(*body);
    const StoryInput input = ReadStoryPatch(fields);
    fields.RefuseUnknown();
    if (const Status good = fields.Check(); !good) return ErrorOf(good);
    const auto changed = stories_.Update(who, id, *version, input, *key);
    if (!changed) return ErrorOf(changed);
    return WrittenResponse(200, *changed);
  }

  Result<Response> Delete(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto& [who, id] = *asked;
    if (const Status seen = stories_.RequireSeen(who, id); !seen) return ErrorOf(seen);
    const auto version = http::ReadIfMatch(request);
    if (!version) return ErrorOf(version);
    const auto position = stories_.Delete(who, id, *version);
    if (!position) return ErrorOf(position);
    Response response = Response::NoContent();
    return http::SetSequence(response, *position);
  }

  Result<Response> Revisions(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto& [who, id] = *asked;
    http::QueryReader query(request);
    const http::PageRequest page = http::ReadPage(query, 1);
    query.RefuseUnknown();
    if (const Status good = query.Check(); !good) return ErrorOf(good);
    const auto found = stories_.Revisions(who, id, page.after, page.limit);
    if (!found) return ErrorOf(found);
    return http::PageResponse(found->items, found->next, WriteRevisionSummary);
  }

  Result<Response> GetRevision(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto& [who, id] = *asked;
    const auto number = RevisionNumber(request);
    if (!number) return ErrorOf(number);
    const auto revision = stories_.GetRevision(who, id, *number);
    if (!revision) return ErrorOf(revision);
    JsonWriter json;
    WriteRevision(json, *revision);
    return Response::Json(200, json.Take());
  }

  Result<Response> Diff(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto& [who, id] = *asked;
    if (const Status seen = stories_.RequireSeen(who, id); !seen) return ErrorOf(seen);
    const auto number = RevisionNumber(request);
    if (!number) return ErrorOf(number);
    http::QueryReader query(request);
    const std::int64_t against = query.Integer("against", 0, kMaxRevision, -1);
    query.RefuseUnknown();
    if (const Status good = query.Check(); !good) return ErrorOf(good);
    const auto diff =
        stories_.Diff(who, id, *number, against < 0 ? std::nullopt : std::optional(against));
    if (!diff) return ErrorOf(diff);
    JsonWriter json;
    WriteRevisionDiff(json, *diff);
    return Response::Json(200, json.Take());
  }

  Result<Response> Restore(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto& [who, id] = *asked;
    if (const Status seen = stories_.RequireSeen(who, id); !seen) return ErrorOf(seen);
    const auto number = RevisionNumber(request);
    if (!number) return ErrorOf(number);
    const auto version = http::ReadIfMatch(request);
    if (!version) return ErrorOf(version);
    const auto key = http::ReadRequestKey(request);
    if (!key) return ErrorOf(key);
    const auto restored = stories_.Restore(who, id, *number, *version, *key);
    if (!restored) return ErrorOf(restored);
    return WrittenResponse(200, *restored);
  }

 private:
  StoryService& stories_;
  const Authenticator& who_;
};

}  // namespace

void AddStoryRoutes(http::Router& router, StoryService& stories, const Authenticator& who) {
  const StoryRoutes routes(stories, who);
  const auto to = [routes](auto method) { return http::Answer(routes, method); };
  router.Get("/api/v1/stories", to(&StoryRoutes::List));
  router.Post("/api/v1/stories", to(&StoryRoutes::Create), {.max_body = kMaxStoryBody});
  router.Get("/api/v1/stories/{id}", to(&StoryRoutes::Get));
  router.Patch("/api/v1/stories/{id}", to(&StoryRoutes::Update), {.max_body = kMaxStoryBody});
  router.Delete("/api/v1/stories/{id}", to(&StoryRoutes::Delete));
  router.Get("/api/v1/stories/{id}/revisions", to(&StoryRoutes::Revisions));
  router.Get("/api/v1/stories/{id}/revisions/{n}", to(&StoryRoutes::GetRevision));
  router.Get("/api/v1/stories/{id}/revisions/{n}/diff", to(&StoryRoutes::Diff));
  router.Post("/api/v1/stories/{id}/revisions/{n}/restore", to(&StoryRoutes::Restore));
}

}  // namespace heirloom
