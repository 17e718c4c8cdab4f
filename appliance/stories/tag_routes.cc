#include "appliance/stories/tag_routes.h"

#include "appliance/base/fields.h"
#include "appliance/http/respond.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

void WriteTagCount(JsonWriter& json, const TagCount& tag) {
  json.BeginObject().Member("tag", tag.tag).Member("count", tag.count).EndObject();
}

Result<Response> List(const Request& request, TagService& tags, const Authenticator& auth) {
  const auto asked = auth.Ask(request);
  if (!asked) return ErrorOf(asked);
  http::QueryReader query(request);
  const http::PageRequest page = http::ReadPage(query, 1);
  query.RefuseUnknown();
  if (const Status good = query.Check(); !good) return ErrorOf(good);
  const auto found = tags.List(asked->who, asked->id, page.after, page.limit);
  if (!found) return ErrorOf(found);
  return http::PageResponse(found->items, found->next, WriteTagCount);
}

Result<Response> Rename(const Request& request, TagService& tags, const Authenticator& auth) {
  const auto asked = auth.Ask(request);
  if (!asked) return ErrorOf(asked);
  const auto& [who, id] = *asked;
  if (const Status seen = tags.RequireSeen(who, id); !seen) return ErrorOf(seen);
  const auto body = http::ReadJson(request);
  if (!body) return ErrorOf(body);
  FieldReader fields(*body);
  const std::string from = fields.RequiredText("from", {.min = 1, .max = 64});
  const std::string to = fields.RequiredText("to", {.min = 1, .max = 64});
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  const auto renamed = tags.Rename(who, id, from, to);
  if (!renamed) return ErrorOf(renamed);
  JsonWriter json;
  json.BeginObject().Member("changed", renamed->value.changed);
  json.Key("merged").Bool(renamed->value.merged).EndObject();
  Response response = Response::Json(200, json.Take());
  return http::SetSequence(response, renamed->position);
}

}  // namespace

void AddTagRoutes(http::Router& router, TagService& tags, const Authenticator& who) {
  const auto to = [&](auto* answer) {
    return [&tags, &who, answer](Request& request) {
      Result<Response> response = answer(request, tags, who);
      return response ? std::move(*response) : http::Problem(request, response.error());
    };
  };
  router.Get("/api/v1/legacies/{id}/tags", to(&List));
  router.Post("/api/v1/legacies/{id}/tags/rename", to(&Rename));
}

}  // namespace heirloom
