#include "appliance/operations/operations_routes.h"

#include <string_view>
#include <utility>

#include "appliance/base/encoding.h"
#include "appliance/base/json.h"
#include "appliance/http/problem.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

std::string_view NameOf(CheckResult::State state) {
  switch (state) {
    case CheckResult::State::kOk:
      return "ok";
    case CheckResult::State::kBehind:
      return "behind";
    case CheckResult::State::kFailing:
      return "failing";
  }
  return "failing";
}

std::string_view NameOf(Readiness::State state) {
  switch (state) {
    case Readiness::State::kStarting:
      return "starting";
    case Readiness::State::kReady:
      return "ready";
    case Readiness::State::kDraining:
      return "draining";
    case Readiness::State::kFailing:
      return "failing";
  }
  return "failing";
}

Response AnswerReadiness(const Readiness& readiness) {
  JsonWriter json;
  json.BeginObject().Member("status", NameOf(readiness.state)).Key("checks").BeginArray();
  for (const auto& [name, check] : readiness.checks) {
    json.BeginObject().Member("name", name).Member("status", NameOf(check.state));
    if (!check.detail.empty()) json.Member("detail", check.detail);
    json.EndObject();
  }
  json.EndArray().EndObject();
  return Response::Json(readiness.state == Readiness::State::kReady ? 200 : 503, json.Take());
}

Response AnswerManifest(const Manifest& manifest) {
  JsonWriter json;
  json.BeginObject().Member("name", "heirloom").Member("version", manifest.version);
  json.Member("api", "v1").Key("adapters").BeginObject();
  for (const auto& [port, kind] : manifest.adapters) json.Member(port, kind);
  json.EndObject().Key("features").BeginArray();
  for (const std::string& feature : manifest.features) json.String(feature);
  json.EndArray().EndObject();
  return Response::Json(200, json.Take());
}

bool CameThroughAProxy(const Request& request) {
  return request.GetHeader("X-Forwarded-For") || request.GetHeader("Forwarded") ||
         request.GetHeader("Via");
}

bool IsNear(const Request& request, const http::TrustedProxies& allow) {
  const auto peer = http::ParseIp(request.remote_address);
  return peer && allow.Contains(*peer) && !CameThroughAProxy(request);
}

bool BringsToken(const Request& request, const Secret& token) {
  static constexpr std::string_view kScheme = "Bearer ";
  const auto header = request.GetHeader("Authorization");
  if (!header || !header->starts_with(kScheme)) return false;
  const std::string value = token.Value();
  return !value.empty() && ConstantTimeEquals(header->substr(kScheme.size()), value);
}

}  // namespace

void AddHealthRoutes(http::Router& router, HealthService& health) {
  router.Get("/healthz", [](Request&) { return Response::Json(200, R"({"status":"ok"})"); });
  router.Get("/readyz", [&health](Request&) { return AnswerReadiness(health.Check()); });
  router.Get("/manifest", [&health](Request&) { return AnswerManifest(health.manifest()); });
}

void AddMetricsRoute(http::Router& router, const Metrics& metrics, http::TrustedProxies allow,
                     Secret token) {
  router.Get("/metrics",
             [&metrics, allow = std::move(allow), token = std::move(token)](Request& request) {
               if (!IsNear(request, allow) && !BringsToken(request, token)) {
                 return http::Problem(
                     request, {ErrorCode::kNotFound, "There is nothing at this address.", {}});
               }
               Response response;
               response.Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
               response.body = metrics.Render();
               return response;
             });
}

}  // namespace heirloom
