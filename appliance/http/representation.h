#pragma once

#include <optional>

#include "appliance/http/message.h"
#include "appliance/http/range.h"

namespace heirloom::http {

// Turns what a handler made into what this request gets of it, once for all routes and after the
// handler has decided that the asker may see it:
//
//   preconditions  a 200 to GET or HEAD with an ETag: 304 when If-None-Match names it, 412 when
//                  If-Match names others only (RFC 9110 section 13)
//   ranges         of bodies out of files or shared memory that are not encoded: 206 or 416, with
//                  If-Range (section 14)
//
// The part of the body to send, when that is not all of it.
std::optional<RangeChoice> Represent(const Request& request, Response& response);

}  // namespace heirloom::http
