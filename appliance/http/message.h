#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/base/json.h"
#include "appliance/base/result.h"
#include "appliance/domain/request_key.h"
#include "appliance/http/file_body.h"

namespace heirloom::http {

struct Header {
  std::string name;
  std::string value;
};

// A request as the listener has read it whole: within its limits, framing unambiguous, path and
// query decoded and valid UTF-8.
struct Request {
  std::string method;  // Upper case.
  std::string path;    // Decoded, starts with '/', without query.
  std::vector<std::pair<std::string, std::string>> query;  // Decoded, in order.
  std::vector<Header> headers;
  std::string body;
  std::string remote_address;  // Of the client; behind a trusted proxy, what that proxy said.
  bool secure = false;         // The browser spoke TLS (to a trusted proxy).
  std::string host;            // The Host header, or X-Forwarded-Host from a trusted proxy.
  std::string request_id;      // Ours: a UUID.
  std::vector<std::pair<std::string, std::string>> path_params;  // Filled in by the router.
  std::string route;  // The pattern that matched, for metrics; empty when none did.

  // The first header of this name (any case), or nullopt.
  std::optional<std::string_view> GetHeader(std::string_view name) const;
  // The value of a cookie, or nullopt.
  std::optional<std::string_view> GetCookie(std::string_view name) const;
  // A path parameter; asking for one that the pattern lacks is a bug and panics.
  const std::string& PathParam(std::string_view name) const;
};

// Reads query parameters and collects what is wrong with them, as FieldReader does for bodies.
// Pointers are "?name".
class QueryReader {
 public:
  explicit QueryReader(const Request& request) : request_(request) {}

  // nullopt when absent or empty. kinds: text up to `max` characters without U+0000.
  std::optional<std::string> Text(std::string_view name, std::size_t max);
  std::vector<std::string> Texts(std::string_view name, std::size_t max_items, std::size_t max);
  // An empty one is no number.
  std::int64_t Integer(std::string_view name, std::int64_t min, std::int64_t max,
                       std::int64_t otherwise);
  std::optional<std::string> AnId(std::string_view name);
  std::optional<std::string> OneOf(std::string_view name, const std::vector<std::string>& allowed);
  void Add(std::string_view name, std::string message);
  void RefuseUnknown();
  Status Check() const;

 private:
  const Request& request_;
  std::vector<std::string> known_;
  std::vector<FieldError> errors_;
};

class EventStream;  // sse.h

struct Response {
  int status = 200;
  std::vector<Header> headers;
  std::string body;
  // Static files: bytes that outlive the server's answer (shared, not copied per request).
  std::shared_ptr<const std::string> shared_body;
  // A body out of a file, sent from there in pieces (file_body.h says how).
  std::optional<FileBody> file;
  // When set, the connection goes to the event loop after the head was sent (sse.h); `body` is the
  // stream's beginning, which may be longer than what a subscriber may be behind later.
  std::shared_ptr<EventStream> stream;

  // Set replaces a field of that name, Add puts another beside it (Set-Cookie).
  Response& Set(std::string_view name, std::string value);
  Response& Add(std::string_view name, std::string value);

  static Response Json(int status, std::string body);
  static Response NoContent();
};

// "pages": parses `limit` and `cursor`. A cursor is an opaque base64url of a JSON array of strings
// that the list itself made; anything else is an error at ?cursor.
struct PageRequest {
  std::int64_t limit = 30;
  std::vector<std::string> after;  // Empty: from the start.
};
PageRequest ReadPage(QueryReader& query, std::size_t cursor_parts);
std::string MakeCursor(const std::vector<std::string>& parts);

// The version in If-Match: kPreconditionRequired when the header is missing, kInvalidArgument when
// it is no single ETag of ours, kPreconditionFailed when it is a weak one, which never matches
// (RFC 9110 section 13.1.1). `*` gives nullopt: any version.
Result<std::optional<std::int64_t>> ReadIfMatch(const Request& request);
// "v12", with the quotes. On its way out it gets a hash of the body (representation.h), so clients
// must take ETags as they are.
std::string ETagOf(std::int64_t version);

// What the header Idempotency-Key names this request by; nullopt without one. kInvalidArgument when
// it is not 1 to 255 visible ASCII characters. `route` is filled in by the router.
Result<std::optional<RequestKey>> ReadRequestKey(const Request& request);

// The body as JSON: kUnsupportedMediaType when Content-Type is neither application/json nor ends
// in +json, or the body is compressed; kMalformed when it is no JSON.
Result<heirloom::Json> ReadJson(const Request& request, const JsonLimits& limits = {});

}  // namespace heirloom::http
