#pragma once

#include <memory>
#include <optional>
#include <string>

#include "appliance/base/clock.h"
#include "appliance/http/message.h"
#include "appliance/http/outgoing.h"
#include "appliance/http/range.h"

namespace heirloom::http {

struct WriteOptions {
  bool head_only = false;  // For HEAD: the length stands in the head, the body stays here.
  bool close = false;      // Says Connection: close. A stream always does: its end is its length.
  Time now;
  std::optional<RangeChoice> part;  // Of the body; the response says so in its own fields.
};

// Puts responses on the wire with cpp-httplib. Thread-safe.
class AnswerWriter {
 public:
  AnswerWriter();
  ~AnswerWriter();

  // Fields about framing (Content-Length, Connection, …) and Date are the writer's, whatever the
  // handler set; line ends in values cannot get out.
  Outgoing Write(Response response, const WriteOptions& options) const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

// IMF-fixdate, RFC 9110 section 5.6.7: Sat, 31 Jan 2026 08:15:00 GMT.
std::string HttpDate(Time time);

}  // namespace heirloom::http
