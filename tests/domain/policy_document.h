#pragma once

#include <string>

namespace heirloom::testing {

// appliance/docs/policy.md, out of the table that decides.
std::string PolicyMarkdown();

// Every row of the table, and what Decide says for each role in each state, for tests in other
// languages: {"actions":[{name,scope,membership,admins_only}],"verdicts":{"NAME|ROLE|STATE":
// "allow"|"deny"|"unseen"}}. Roles are "none", "viewer", "viewer, own story", "contributor",
// "contributor, own story", "editor", "owner", "admin" (of the installation, no member); states
// "legacy", "private legacy", "published", "draft", "archived", "private" (a story there).
std::string PolicyJson();

}  // namespace heirloom::testing
