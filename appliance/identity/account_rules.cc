#include "appliance/identity/account_rules.h"

#include <set>

#include "appliance/base/text.h"
#include "appliance/domain/policy.h"

namespace heirloom {
namespace {

constexpr std::size_t kMinPassword = 10;
constexpr std::size_t kMaxPassword = 1024;
constexpr std::size_t kMaxName = 200;
constexpr std::size_t kMaxTokenName = 100;

// Enough to catch slips of the finger; whether mail arrives only a mail can tell.
bool LooksLikeEmail(std::string_view email) {
  const auto at = email.find('@');
  return at != std::string_view::npos && at > 0 && email.find('@', at + 1) == email.npos &&
         at + 1 < email.size() && email.size() <= 254 &&
         email.find_first_of(" \t\r\n<>\",;") == email.npos;
}

// Empty when it is one.
std::string WrongWithPassword(std::string_view password) {
  if (!IsStorableText(password) || CountCharacters(password) < kMinPassword) {
    return "must have at least 10 characters";
  }
  if (CountCharacters(password) > kMaxPassword) return "must have at most 1024 characters";
  return {};
}

const std::set<std::string_view>& KnownScopes() {
  static const std::set<std::string_view> known = [] {
    std::set<std::string_view> scopes;
    for (const PolicyRow& row : PolicyTable()) scopes.insert(row.scope);
    return scopes;
  }();
  return known;
}

std::string ListOfScopes() {
  std::string list;
  for (const std::string_view scope : KnownScopes()) {
    list.append(list.empty() ? "" : ", ").append(scope);
  }
  return list;
}

}  // namespace

Status CheckAccount(const NewAccount& account) {
  std::vector<FieldError> errors;
  const std::string name = CollapseSpace(account.name);
  if (name.empty() || CountCharacters(name) > kMaxName || !IsStorableText(name)) {
    errors.push_back({"/name", "must have 1 to 200 characters"});
  }
  if (!LooksLikeEmail(CollapseSpace(account.email)) || !IsStorableText(account.email)) {
    errors.push_back({"/email", "must be an e-mail address such as rosa@example.org"});
  }
  if (std::string wrong = WrongWithPassword(account.password); !wrong.empty()) {
    errors.push_back({"/password", std::move(wrong)});
  }
  if (!errors.empty()) return FailFields(std::move(errors));
  return {};
}

Status CheckPassword(std::string_view password, std::string_view pointer) {
  std::string wrong = WrongWithPassword(password);
  if (!wrong.empty()) return FailFields({{std::string(pointer), std::move(wrong)}});
  return {};
}

Status CheckToken(std::string_view name, const std::vector<std::string>& scopes) {
  std::vector<FieldError> errors;
  if (name.empty() || CountCharacters(name) > kMaxTokenName || !IsStorableText(name)) {
    errors.push_back({"/name", "must have 1 to 100 characters"});
  }
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    if (KnownScopes().contains(scopes[i])) continue;
    errors.push_back(
        {"/scopes/" + std::to_string(i), "\"" + scopes[i] + "\" is none of: " + ListOfScopes()});
  }
  if (!errors.empty()) return FailFields(std::move(errors));
  return {};
}

}  // namespace heirloom
