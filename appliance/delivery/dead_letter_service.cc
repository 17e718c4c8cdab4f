#include "appliance/delivery/dead_letter_service.h"

#include <utility>

#include "appliance/domain/policy.h"

namespace heirloom {
namespace {

constexpr std::string_view kWhat = "dead letter";

}  // namespace

Result<DeadLetterPage> DeadLetterService::Page(const std::optional<std::string>& tenant,
                                               const std::string& after, std::int64_t limit) {
  const auto wanted = static_cast<std::size_t>(limit);
  auto letters = bus_.DeadLetters({.tenant_id = tenant, .after = after, .limit = wanted + 1});
  if (!letters) return ErrorOf(letters);
  DeadLetterPage page;
  const bool more = letters->size() > wanted;
  if (more) letters->resize(wanted);
  if (more) page.next = {letters->back().id};
  page.items = std::move(*letters);
  return page;
}

Result<DeadLetterPage> DeadLetterService::List(const Principal& who, const std::string& after,
                                               std::int64_t limit) {
  const Status may = Require(who, Action::kManageDeadLetters, {}, kWhat);
  if (!may) return ErrorOf(may);
  return Page(who.tenant_id, after, limit);
}

Status DeadLetterService::Redrive(const Principal& who, std::string_view id) {
  const Status may = Require(who, Action::kManageDeadLetters, {}, kWhat);
  if (!may) return may;
  return bus_.Redrive(id, who.tenant_id);
}

Result<DeadLetterPage> DeadLetterService::ListAll(const std::string& after, std::int64_t limit) {
  return Page(std::nullopt, after, limit);
}

Result<DeadLetter> DeadLetterService::Find(std::string_view id) {
  return bus_.FindDeadLetter(id, std::nullopt);
}

Status DeadLetterService::RedriveAny(std::string_view id) { return bus_.Redrive(id, std::nullopt); }

}  // namespace heirloom
