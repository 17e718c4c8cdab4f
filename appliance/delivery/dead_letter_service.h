#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.h"
#include "appliance/domain/principal.h"
#include "storage/event_bus.h"

namespace heirloom {

struct DeadLetterPage {
  std::vector<DeadLetter> items;
  std::vector<std::string> next;  // Cursor parts: the last id; empty on the last page.
};

// Events that a consumer gave up, for admins: of their own tenant; and for the operator, of all.
// Thread-safe.
class DeadLetterService {
 public:
  explicit DeadLetterService(EventBus& bus) : bus_(bus) {}

  Result<DeadLetterPage> List(const Principal& who, const std::string& after, std::int64_t limit);
  Status Redrive(const Principal& who, std::string_view id);

  // At the command line, by who has the data directory.
  Result<DeadLetterPage> ListAll(const std::string& after, std::int64_t limit);
  Result<DeadLetter> Find(std::string_view id);
  Status RedriveAny(std::string_view id);

 private:
  Result<DeadLetterPage> Page(const std::optional<std::string>& tenant, const std::string& after,
                              std::int64_t limit);

  EventBus& bus_;
};

}  // namespace heirloom
