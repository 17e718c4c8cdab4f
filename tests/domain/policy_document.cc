#include "tests/domain/policy_document.h"

#include <array>
#include <optional>
#include <vector>

#include "appliance/base/json.h"
#include "appliance/domain/policy.h"

namespace heirloom::testing {
namespace {

struct Asker {
  std::string_view name;
  std::optional<Role> role;
  bool own = false;
  bool admin = false;
};

constexpr std::array kAskers = {
    Asker{"none", std::nullopt},
    Asker{"viewer", Role::kViewer},
    Asker{"viewer, own story", Role::kViewer, true},
    Asker{"contributor", Role::kContributor},
    Asker{"contributor, own story", Role::kContributor, true},
    Asker{"editor", Role::kEditor},
    Asker{"owner", Role::kOwner},
    Asker{"admin", std::nullopt, false, true},
};

struct State {
  std::string_view name;
  std::string_view title;
  Visibility visibility = Visibility::kMembers;
  std::optional<StoryStatus> status;
};

constexpr std::array kStates = {
    State{"legacy", "A legacy for its members", Visibility::kMembers, std::nullopt},
    State{"private legacy", "A private legacy", Visibility::kPrivate, std::nullopt},
    State{"published", "A published story", Visibility::kMembers, StoryStatus::kPublished},
    State{"draft", "A draft", Visibility::kMembers, StoryStatus::kDraft},
    State{"archived", "An archived story", Visibility::kMembers, StoryStatus::kArchived},
    State{"private", "A story in a private legacy", Visibility::kPrivate, StoryStatus::kPublished},
};

Verdict VerdictFor(const PolicyRow& row, const Asker& asker, const State& state) {
  Principal who;
  who.is_admin = asker.admin;
  return Decide(who, row.action, {asker.role, state.visibility, state.status, asker.own}).verdict;
}

bool IsOfStory(const PolicyRow& row) {
  switch (row.action) {
    case Action::kReadStory:
    case Action::kEditStory:
    case Action::kDeleteStory:
    case Action::kSeeStoryInBin:
      return true;
    default:
      return false;
  }
}

bool Concerns(const State& state, const PolicyRow& row) {
  return row.least_role && IsOfStory(row) == state.status.has_value();
}

std::string_view CellOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAllow:
      return "yes";
    case Verdict::kDeny:
      return "403";
    case Verdict::kUnseen:
      return "404";
  }
  return "";
}

std::string_view WordOf(Verdict verdict) {
  if (verdict == Verdict::kAllow) return "allow";
  return verdict == Verdict::kDeny ? "deny" : "unseen";
}

std::string LeastOf(const PolicyRow& row) {
  if (row.admins_only) return "admin of the installation";
  if (!row.least_role) return "anybody with an account";
  std::string least(ToString(*row.least_role));
  if (row.own_story_suffices) least += ", or contributor who wrote it";
  return least;
}

void AddRules(std::string& out) {
  out += "| to | it takes | scope of a token | else it is said |\n|---|---|---|---|\n";
  for (const PolicyRow& row : PolicyTable()) {
    out.append("| ").append(row.name).append(" | ").append(LeastOf(row)).append(" | `");
    out.append(row.scope).append("` | ").append(row.refusal).append(" |\n");
  }
}

void AddState(std::string& out, const State& state) {
  out.append("\n### ").append(state.title).append("\n\n| |");
  for (const Asker& asker : kAskers) {
    const std::string_view name = asker.role || asker.admin ? asker.name : "no member";
    if (asker.own && !state.status) continue;
    out.append(" ").append(asker.admin ? "admin, no member" : name).append(" |");
  }
  out += "\n|---|";
  for (const Asker& asker : kAskers) {
    if (!asker.own || state.status) out += "---|";
  }
  for (const PolicyRow& row : PolicyTable()) {
    if (!Concerns(state, row)) continue;
    out.append("\n| ").append(row.name).append(" |");
    for (const Asker& asker : kAskers) {
      if (asker.own && !state.status) continue;
      out.append(" ").append(CellOf(VerdictFor(row, asker, state))).append(" |");
    }
  }
  out += "\n";
}

}  // namespace

std::string PolicyMarkdown() {
  std::string out =
      "# Who may do what\n\n"
      "Written by `policy_table --markdown` from the table in `appliance/domain/policy.cc`, which "
      "decides; a test compares.\nDo not edit.\n\n"
      "A role is one's membership of the legacy that a thing belongs to: owner, editor, "
      "contributor, viewer, each with what\nthose after it may. Who is no member knows of nothing, "
      "whatever they are elsewhere. A private legacy is known to its\nowners alone, a draft to who "
      "wrote it and to editors and owners. What one may not know of answers 404, like what does\n"
      "not exist; what one may know of and not do answers 403.\n\n"
      "An API token does what its person may, as far as its scopes go; a token without scopes, and "
      "a browser session, all of it.\nSessions, tokens and the password are managed by a browser "
      "session alone.\n\n## Rules\n\n";
  AddRules(out);
  out += "\n## Every role, in every state\n";
  for (const State& state : kStates) AddState(out, state);
  return out;
}

std::string PolicyJson() {
  JsonWriter json;
  json.BeginObject().Key("actions").BeginArray();
  for (const PolicyRow& row : PolicyTable()) {
    json.BeginObject().Member("name", row.name).Member("scope", row.scope);
    json.Key("membership").Bool(row.least_role.has_value());
    json.Key("admins_only").Bool(row.admins_only).EndObject();
  }
  json.EndArray().Key("verdicts").BeginObject();
  for (const PolicyRow& row : PolicyTable()) {
    for (const Asker& asker : kAskers) {
      for (const State& state : kStates) {
        std::string key(row.name);
        key.append("|").append(asker.name).append("|").append(state.name);
        json.Member(key, WordOf(VerdictFor(row, asker, state)));
      }
    }
  }
  return json.EndObject().EndObject().Take();
}

}  // namespace heirloom::testing
