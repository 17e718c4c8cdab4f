#include "appliance/http/chain.h"

#include <algorithm>
#include <exception>

#include "appliance/base/log.h"
#include "appliance/http/header_text.h"
#include "appliance/http/problem.h"
#include "appliance/http/representation.h"

namespace heirloom::http {
namespace {

constexpr std::string_view kAllMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

Response WithoutHandler(const Request& request, const Router::Match& match) {
  const bool options = request.method == "OPTIONS";
  const std::string allowed = request.path == "*" ? std::string(kAllMethods) : match.allowed;
  if (allowed.empty()) {
    return Problem(request, Error{ErrorCode::kNotFound, "There is nothing at this address.", {}});
  }
  Response response = options ? Response::NoContent()
                              : ProblemOfStatus(request, 405, "Allowed here: " + allowed + ".");
  response.Set("Allow", allowed);
  return response;
}

void AddMissing(const std::vector<Header>& defaults, Response& response) {
  for (const Header& header : defaults) {
    const bool there =
        std::any_of(response.headers.begin(), response.headers.end(),
                    [&](const Header& own) { return EqualsIgnoringCase(own.name, header.name); });
    if (!there) response.headers.push_back(header);
  }
}

}  // namespace

Router::Match Chain::Admit(Request& request) const {
  request.request_id = ids_.Next();
  Router::Match match = router_.Find(request.method, request.path);
  request.route = match.route;
  request.path_params = match.params;
  return match;
}

Response Chain::Run(Request& request, const Router::Match& match) const {
  if (match.handler == nullptr) return WithoutHandler(request, match);
  const auto failed = [&](std::string what) {
    LogError(
        "handler threw",
        {{"what", std::move(what)}, {"route", request.route}, {"request_id", request.request_id}});
    return ProblemOfStatus(request, 500, "");
  };
  try {
    return (*match.handler)(request);
  } catch (const std::exception& error) {
    return failed(error.what());
  } catch (...) {
    return failed("not a std::exception");
  }
}

Answer Chain::Refuse(Request& request, const Refusal& refusal) const {
  if (request.request_id.empty()) request.request_id = ids_.Next();
  Response response = ProblemOfStatus(request, refusal.status, refusal.detail);
  if (refusal.status == 501) response.Set("Allow", std::string(kAllMethods));
  return Finish(request, std::move(response), true);
}

Answer Chain::Finish(const Request& request, Response response, bool close) const {
  const std::optional<RangeChoice> part = Represent(request, response);
  response.Set("X-Request-Id", request.request_id);
  AddMissing(defaults_, response);
  if (request.secure) AddMissing(secure_defaults_, response);
  Answer answer;
  answer.status = response.status;
  answer.stream = response.stream;
  answer.close = close || response.stream;
  const bool head_only = request.method == "HEAD";
  answer.out = writer_.Write(std::move(response), {head_only, answer.close, clock_.Now(), part});
  return answer;
}

void Chain::Report(const Request& request, const Answer& answer,
                   std::chrono::steady_clock::time_point since) const {
  if (!observer_) return;
  const auto duration = std::chrono::steady_clock::now() - since;
  try {
    observer_({request, answer.status, answer.out.size(),
               std::chrono::duration_cast<std::chrono::microseconds>(duration)});
  } catch (const std::exception& error) {
    LogError("an observer of exchanges threw", {{"what", error.what()}});
  }
}

}  // namespace heirloom::http
