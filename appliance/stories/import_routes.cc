#include "appliance/stories/import_routes.h"

#include <optional>

#include "appliance/base/fields.h"
#include "appliance/http/respond.h"
#include "appliance/stories/story_input.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t kMaxItems = 50;
constexpr std::size_t kMaxBody = 16u << 20;

ImportItem ReadItem(const Json& value, const std::string& pointer) {
  FieldReader fields(value, pointer);
  ImportItem item;
  item.source_id = fields.RequiredText("source_id", {.min = 1, .max = 200});
  const std::string title = fields.RequiredText("title", {.min = 1, .max = 300});
  item.input = ReadStoryInput(fields, true);
  item.input.title = title;
  fields.RefuseUnknown();
  if (!item.input.document && fields.errors().empty()) {
    fields.Add("markdown", "is required, or text");
  }
  item.errors = fields.errors();
  return item;
}

Response ReportResponse(const Written<std::vector<ImportedItem>>& imported) {
  JsonWriter json;
  json.BeginObject().Key("items").BeginArray();
  for (const ImportedItem& item : imported.value) {
    json.BeginObject().Member("source_id", item.source_id);
    json.Member("outcome", ToString(item.outcome));
    if (!item.story_id.empty()) json.Member("story_id", item.story_id);
    if (item.outcome == ImportOutcome::kKept) {
      json.Member("reason", "It was edited here since it was imported; the edit stays.");
    } else if (item.outcome == ImportOutcome::kDeleted) {
      json.Member("reason", "It was deleted here and does not come back by itself.");
    } else if (item.outcome == ImportOutcome::kRefused) {
      json.Member("reason", "Some of its fields are wrong.").Key("errors").BeginArray();
      for (const FieldError& error : item.errors) {
        json.BeginObject().Member("pointer", error.pointer).Member("message", error.message);
        json.EndObject();
      }
      json.EndArray();
    }
    json.EndObject();
  }
  json.EndArray().EndObject();
  Response response = Response::Json(200, json.Take());
  return http::SetSequence(response, imported.position);
}

Result<Response> Import(const Request& request, ImportService& imports, const Authenticator& auth) {
  const auto asked = auth.Ask(request);
  if (!asked) return ErrorOf(asked);
  const auto body = http::ReadJson(request, {.max_bytes = kMaxBody, .max_depth = 128});
  if (!body) return ErrorOf(body);
  FieldReader fields(*body);
  const std::string source = fields.RequiredText("source", {.min = 1, .max = 100});
  const Json items = fields.Any("items");
  fields.RefuseUnknown();
  if (!items.IsArray() || items.Size() == 0 || items.Size() > kMaxItems) {
    fields.Add("items", "must be a list of 1 to 50 stories");
  }
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  std::vector<ImportItem> read;
  for (std::size_t i = 0; i < items.Size(); ++i) {
    read.push_back(ReadItem(items.At(i), "/items/" + std::to_string(i)));
  }
  const auto imported = imports.Import(asked->who, asked->id, source, read);
  if (!imported) return ErrorOf(imported);
  return ReportResponse(*imported);
}

}  // namespace

void AddImportRoutes(http::Router& router, ImportService& imports, const Authenticator& who) {
  router.Post("/api/v1/legacies/{id}/imports/stories",
              [&](Request& request) {
                Result<Response> response = Import(request, imports, who);
                return response ? std::move(*response) : http::Problem(request, response.error());
              },
              {.max_body = kMaxBody});
}

}  // namespace heirloom
