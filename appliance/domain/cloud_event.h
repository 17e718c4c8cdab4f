#pragma once

#include <string>
#include <string_view>

#include "appliance/base/result.h"
#include "appliance/domain/event.h"
#include "appliance/domain/position.h"

namespace heirloom {

// An event in its envelope, as it leaves this process: CloudEvents 1.0 in JSON (structured mode),
// as appliance/api/events/event.schema.json says. https://github.com/cloudevents/spec
struct CloudEvent {
  Position position;
  Event event;
  Time time;  // When it was committed.

  friend bool operator==(const CloudEvent&, const CloudEvent&) = default;
};

std::string WriteCloudEvent(const CloudEvent& event);

// Strict about what we write, lenient about members of a later version. kMalformed says what is
// wrong, without repeating the text.
Result<CloudEvent> ReadCloudEvent(std::string_view text);

}  // namespace heirloom
