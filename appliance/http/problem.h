#pragma once

#include <string_view>

#include "appliance/base/result.h"
#include "appliance/http/message.h"

namespace heirloom::http {

// The one place where an Error becomes HTTP: status and application/problem+json (RFC 9457) with
//   type        urn:heirloom:problem:<slug>, one slug for each status, such as "not-found"
//   title       what that status means, in plain words, the same for each occurrence
//   status      the HTTP status again
//   detail      what happened here; left out for kInternal and kUnavailable
//   request_id  to be named when asking for help
//   errors      [{pointer, message}] when single fields are wrong
// kInternal and kUnavailable are logged with their message and shown without it. 429 and 503 carry
// Retry-After (Error::retry_after_seconds, or what is usual), 401 carries WWW-Authenticate.
Response Problem(const Request& request, const Error& error);

// For what is wrong with the HTTP message itself, before any Error: 405, 408, 414, 431…
Response ProblemOfStatus(const Request& request, int status, std::string_view detail);

int StatusOf(ErrorCode code);

}  // namespace heirloom::http
