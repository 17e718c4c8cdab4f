#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.h"

namespace heirloom {

struct HttpHeader {
  std::string name;
  std::string value;
};

// A request's body in pieces, for what is too long for memory. All are called by the thread that
// sends.
struct HttpUpload {
  std::uint64_t length = 0;
  // Fills the front of the span and says how much; 0 only at the end. An error ends the exchange
  // and is its result.
  std::function<Result<std::size_t>(std::span<char>)> read;
  // Back to the first byte: before the body is sent once more. Empty: it can be sent once only.
  std::function<Status()> rewind;
};

// Takes the next piece of an answer's body, in order. An error ends the exchange and is its result.
using HttpSink = std::function<Status(std::string_view)>;

struct HttpRequest {
  std::string method = "GET";  // Upper case.
  // Absolute, http or https, percent-encoded; sent as it is. Credentials do not belong in it.
  std::string url;
  std::vector<HttpHeader> headers;
  std::string body;                  // Any bytes.
  std::optional<HttpUpload> upload;  // Instead of `body`.
  // Where the body of an answer 200 to 299 goes instead of HttpResponse::body, piece by piece; then
  // max_response_bytes counts for other answers only. What came before a failure stays there: who
  // goes on asks for the rest (Range).
  HttpSink sink;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{30'000};  // For everything, redirects included.
  std::size_t max_response_bytes = 8u << 20;  // Of the body, unpacked; its head may have 256 KiB.
  std::stop_token stop;                       // Ends the exchange within a second or so.
  // Offers the compressions we can read and unpacks the body. Not for stored bytes: a blob that was
  // kept compressed would come back as something else.
  bool compressed = false;
  // Refuses an answer whose end only the end of the connection marks: cut, it would look whole.
  bool framed_only = false;
  // That it may arrive twice without harm. GET, HEAD, PUT, DELETE and OPTIONS always may (RFC 9110
  // section 9.2.2). RemoteService repeats nothing else; a plain HttpClient does not look.
  bool repeatable = false;
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;  // Of the last answer, in order; names as sent.
  std::string body;

  // The first header of this name (any case), or nullopt.
  std::optional<std::string_view> GetHeader(std::string_view name) const;
};

struct HttpClientOptions {
  std::string user_agent = "heirloom";
  std::string ca_file;               // PEM, instead of the system's; empty: the system's.
  std::string ca_folder;             // Hashed, as OpenSSL wants it; empty: the system's.
  std::size_t max_idle_handles = 8;  // Kept connections that wait for a next request.
};

// The project's one way to ask another server something over HTTP/1.1. Connections are kept and
// used again. Thread-safe: any method, any thread; each exchange blocks its caller.
//
// Every answer with a status is a success here, 500 included: judging it is the caller's. A failure
// is one of
//   kInvalidArgument  the request cannot be sent: a bad URL, a line break in a header
//   kUnavailable      no whole answer: refused, unreachable, cut off (in the head, too), too late,
//                     stopped
//   kForbidden        the other side's certificate is not to be trusted: signed by none of ours,
//                     expired, or another server's
//   kTooLarge         the answer is longer than max_response_bytes
//   what a sink or an upload said
// and its message names scheme, host, port and path only: no query, no header, no body.
//
// A GET or HEAD follows up to three redirects, as long as scheme, host and port stay the same, so
// that what was meant for one server never reaches another; any other redirect is the answer.
// Proxies of the environment count, but never for this machine
// itself. TLS is 1.2 or newer. A request on a kept connection that the other side closed without a
// byte is sent again, once, on a new one: whoever sends what must not arrive twice needs an
// idempotency key.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual Result<HttpResponse> Send(const HttpRequest& request) = 0;
};

std::unique_ptr<HttpClient> MakeHttpClient(HttpClientOptions options = {});

}  // namespace heirloom
