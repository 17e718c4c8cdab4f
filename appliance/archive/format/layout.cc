#include "appliance/archive/format/layout.h"

#include <algorithm>
#include <array>
#include <utility>

#include "appliance/base/text.h"

namespace heirloom::archive {
namespace {

constexpr std::size_t kMaxSlug = 48;
constexpr std::size_t kMaxName = 240;

// Letters that are no letter with an accent to Unicode, but to who reads them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kLetters = {{
    {"æ", "ae"},
    {"œ", "oe"},
    {"ø", "o"},
    {"ð", "d"},
    {"þ", "th"},
    {"đ", "d"},
    {"ł", "l"},
    {"ı", "i"},
    {"ħ", "h"},
    {"ß", "ss"},
}};

bool IsPlain(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::string WithPlainLetters(std::string text) {
  for (const auto& [letter, plain] : kLetters) {
    for (std::size_t at = text.find(letter); at != text.npos; at = text.find(letter, at)) {
      text.replace(at, letter.size(), plain);
    }
  }
  return text;
}

std::string Dashed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (IsPlain(c)) {
      out += c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
    if (out.size() == kMaxSlug) break;
  }
  while (out.ends_with('-')) out.pop_back();
  return out;
}

std::string Joined(std::string_view first, std::string_view second) {
  std::string out(first);
  if (!first.empty() && !second.empty()) out += '-';
  return out.append(second);
}

}  // namespace

std::string Slug(std::string_view title) { return Dashed(WithPlainLetters(PlainKey(title))); }

std::string WhenName(std::string_view edtf) {
  if (edtf.empty()) return "undated";
  std::string lower;
  for (const char c : edtf) {
    lower += c == 'X' ? 'x' : c;  // 195X: what is not known of it.
  }
  if (lower.starts_with("../")) return "until-" + Dashed(lower.substr(3));
  if (lower.ends_with("/..")) return "from-" + Dashed(lower.substr(0, lower.size() - 3));
  return Dashed(lower);
}

std::string ShortId(const Id& id) {
  return id.substr(id.size() - std::min<std::size_t>(12, id.size()));
}

std::string LegacyFolder(std::string_view title, std::string_view short_id) {
  return "legacies/" + Joined(Slug(title), short_id);
}

std::string StoryFolder(std::string_view edtf, std::string_view title, std::string_view short_id) {
  return "stories/" + WhenName(edtf) + "-" + Joined(Slug(title), short_id);
}

std::string RevisionFile(std::int64_t number) {
  return "revisions/" + std::to_string(number) + ".json";
}

bool IsSafeName(std::string_view name) {
  if (name.empty() || name.size() > kMaxName) return false;
  const bool known = std::ranges::all_of(name, [](char c) {
    return IsPlain(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.' || c == '/';
  });
  if (!known) return false;
  for (std::string_view rest = name;;) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    if (part.find_first_not_of('.') == part.npos) return false;  // Empty, "." and "..", too.
    if (part.size() == rest.size()) return true;
    rest.remove_prefix(part.size() + 1);
  }
}

}  // namespace heirloom::archive
