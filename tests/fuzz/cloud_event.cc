// Events as a queue gives them.
#include "appliance/domain/cloud_event.h"

#include "tests/fuzz/fuzzer.h"

using heirloom::fuzz::Expect;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto event = heirloom::ReadCloudEvent(heirloom::fuzz::AsText(data, size));
  if (!event) return 0;
  Expect(event->position.sequence > 0 && !event->event.type.empty(), "an event has what it needs");
  const auto again = heirloom::ReadCloudEvent(heirloom::WriteCloudEvent(*event));
  Expect(again && *again == *event, "what is written again says the same");
  return 0;
}
