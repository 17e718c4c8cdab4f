#include "appliance/archive/export_routes.h"

#include <fcntl.h>

#include "appliance/http/file_body.h"
#include "appliance/http/respond.h"

namespace heirloom {
namespace {

using http::Request;
using http::Response;

// The hash that If-Range names: of the export whose download goes on.
std::string_view WantedHash(const Request& request) {
  std::string_view etag = request.GetHeader("If-Range").value_or("");
  if (etag.size() < 2 || etag.front() != '"' || etag.back() != '"') return {};
  return etag.substr(1, etag.size() - 2);
}

Result<Response> Send(const Export& made) {
  http::UniqueFd fd(::fcntl(made.file->descriptor(), F_DUPFD_CLOEXEC, 0));
  if (!fd) return Fail(ErrorCode::kUnavailable, "no descriptor is left for an export");
  auto body = http::FileBody::Whole(std::move(fd));
  if (!body) return ErrorOf(body);
  Response response;
  response.Set("Content-Type", "application/zip");
  response.Set("Content-Disposition", "attachment; filename=\"" + made.name + "\"");
  response.Set("ETag", "\"" + made.sha256 + "\"");
  response.Set("Cache-Control", "private, no-store");
  response.file = std::move(*body);
  return response;
}

class ExportRoutes {
 public:
  ExportRoutes(ExportService& exports, const Authenticator& who) : exports_(exports), who_(who) {}

  Result<Response> OfLegacy(const Request& request) const {
    const auto asked = who_.Ask(request);
    if (!asked) return ErrorOf(asked);
    const auto made = exports_.Make(asked->who, asked->id, WantedHash(request));
    if (!made) return ErrorOf(made);
    return Send(*made);
  }

  Result<Response> OfAll(const Request& request) const {
    const auto principal = who_(request);
    if (!principal) return ErrorOf(principal);
    const auto made = exports_.Make(*principal, std::nullopt, WantedHash(request));
    if (!made) return ErrorOf(made);
    return Send(*made);
  }

 private:
  ExportService& exports_;
  const Authenticator& who_;
};

}  // namespace

void AddExportRoutes(http::Router& router, ExportService& exports, const Authenticator& who) {
  const ExportRoutes routes(exports, who);
  router.Get("/api/v1/legacies/{id}/export", http::Answer(routes, &ExportRoutes::OfLegacy));
  router.Get("/api/v1/export", http::Answer(routes, &ExportRoutes::OfAll));
}

}  // namespace heirloom
