#pragma once

#include <optional>
#include <string>

#include "appliance/base/json.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "appliance/domain/position.h"
#include "appliance/http/message.h"
#include "appliance/http/problem.h"
#include "appliance/http/router.h"

namespace heirloom::http {

// What every room's routes say in the same way.

inline Response& SetSequence(Response& response, const Position& position) {
  return response.Set("Heirloom-Sequence", ToString(position));
}

// A handler out of a method that gives a Response or why there is none. `routes` is copied.
template <typename Routes>
Handler Answer(const Routes& routes, Result<Response> (Routes::*method)(const Request&) const) {
  return [routes, method](Request& request) {
    Result<Response> response = (routes.*method)(request);
    return response ? std::move(*response) : Problem(request, response.error());
  };
}

// {"items":[…],"next_cursor":…}: `write` puts one item into the array.
template <typename Item, typename Write>
Response PageResponse(const std::vector<Item>& items, const std::vector<std::string>& next,
                      const Write& write) {
  JsonWriter json;
  json.BeginObject().Key("items").BeginArray();
  for (const Item& item : items) write(json, item);
  json.EndArray();
  if (!next.empty()) json.Member("next_cursor", MakeCursor(next));
  json.EndObject();
  return Response::Json(200, json.Take());
}

// An id in the path that is none can name nothing: 404 like an unknown one.
inline Result<Id> PathId(const Request& request, std::string_view name) {
  const std::string& id = request.PathParam(name);
  if (!IsId(id)) return Fail(ErrorCode::kNotFound, "There is nothing here.");
  return id;
}

}  // namespace heirloom::http
