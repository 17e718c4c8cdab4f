#pragma once

#include <optional>

#include "appliance/http/message.h"
#include "appliance/http/range.h"

namespace heirloom::http {

// Turns what a handler made into what this request gets of it, once for all routes, and after the
// handler has decided that the asker may see it:
//
//   ETags          of text bodies, "v12" from ETagOf, become "v12-<hash of the bytes>[-gzip|-br]":
//                  one version may show itself differently, by what the reader may do. ReadIfMatch
//                  reads the version out of it again. Who gets one may keep a copy and ask whether
//                  it is still good: Cache-Control: private, no-cache. A list has none: its hash
//                  would cost each answer more than the few that it saves, and its copy would lie
//                  on disks. A hash of what a reader was sent tells nothing else.
//   preconditions  a 200 to GET or HEAD with an ETag: 304 when If-None-Match names it, 412 when
//                  If-Match names others only (RFC 9110 section 13)
//   ranges         of bodies out of files or shared memory that are not encoded: 206 or 416, with
//                  If-Range (section 14)
//   codings        of JSON and text over 1 KiB: gzip or brotli (section 12.5.3), but for what the
//                  handler marked no-store. That marks answers with secrets in them (tokens, CSRF
//                  tokens), whose length must tell nothing (BREACH); nor does a request that
//                  another site's page made get a compressed answer.
//
// The part of the body to send, when that is not all of it.
std::optional<RangeChoice> Represent(const Request& request, Response& response);

}  // namespace heirloom::http
