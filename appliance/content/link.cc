#include "appliance/content/link.h"

#include <algorithm>

#include "appliance/base/text.h"

namespace heirloom::content {
namespace {

char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, LowerAscii, LowerAscii);
}

// Format characters that draw nothing or turn the direction of what follows: a link must look like
// what it is. `text` is well-formed, so these byte sequences are whole characters.
bool HasInvisible(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if (first == 0xC2 && (second < 0xA0 || second == 0xAD))
      return true;  // C1 controls, soft hyphen
    if (i + 2 >= text.size()) continue;
    const auto third = static_cast<unsigned char>(text[i + 2]);
    if (first == 0xE2 && second == 0x80) {
      if (third >= 0x8B && third <= 0x8F) return true;  // U+200B..200F
      if (third >= 0xA8 && third <= 0xAE) return true;  // U+2028..202E
    }
    if (first == 0xE2 && second == 0x81 && third >= 0xA0 && third <= 0xAF) return true;  // U+2060..
    if (first == 0xEF && second == 0xBB && third == 0xBF) return true;                   // U+FEFF
  }
  return false;
}

bool HasForbiddenCharacter(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7F || c == '\\') return true;
  }
  // Any other white space of Unicode would have been made a blank.
  return HasInvisible(text) || CollapseSpace(text) != text;
}

bool HasHost(std::string_view rest) {
  return rest.size() > 2 && rest.starts_with("//") && rest[2] != '/' && rest[2] != '?' &&
         rest[2] != '#';
}

}  // namespace

bool IsSafeLink(std::string_view target, const LinkRule& rule) {
  if (target.empty() || !IsStorableText(target) || HasForbiddenCharacter(target)) return false;
  if (CountCharacters(target) > rule.max_length) return false;
  if (target.front() == '/') return rule.paths && !target.starts_with("//");

  const std::size_t colon = target.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view scheme = target.substr(0, colon);
  const std::string_view rest = target.substr(colon + 1);
  const bool known = std::ranges::any_of(rule.schemes, [scheme](const std::string& allowed) {
    return EqualsIgnoringCase(scheme, allowed);
  });
  if (!known) return false;
  return EqualsIgnoringCase(scheme, "mailto") ? !rest.empty() : HasHost(rest);
}

}  // namespace heirloom::content
