#pragma once

#include "appliance/base/result.h"
#include "appliance/http/message.h"

namespace heirloom::http {

// The one place where an Error becomes HTTP: status and application/problem+json (RFC 9457).
// kInternal and kUnavailable are logged with their message and shown without it.
Response Problem(const Request& request, const Error& error);

int StatusOf(ErrorCode code);

}  // namespace heirloom::http
