#include "appliance/base/grapheme.h"

#include <utf8proc.h>

namespace heirloom {
namespace {

constexpr std::size_t kLongest = 1024;

bool IsPlainAscii(char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\r'; }

// A border for certain, at or before `at`: clusters hang on what comes before them, so that one can
// be found only from a border on. Between two characters of ASCII there always is one (but for CR
// and LF).
std::size_t CertainBorder(std::string_view text, std::size_t at) {
  const std::size_t farthest = at > kLongest ? at - kLongest : 0;
  while (at > farthest && !(IsPlainAscii(text[at]) && IsPlainAscii(text[at - 1]))) --at;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
  return at;
}

struct Character {
  utf8proc_int32_t c = 0;
  std::size_t size = 1;
};

Character CharacterAt(std::string_view text, std::size_t at) {
  Character out;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at);
  const auto left = static_cast<utf8proc_ssize_t>(text.size() - at);
  const utf8proc_ssize_t size = utf8proc_iterate(bytes, left, &out.c);
  if (size > 0) {
    out.size = static_cast<std::size_t>(size);
  } else {
    out.c = 0;  // U+0000 is a cluster of its own, as such a byte shall be.
  }
  return out;
}

// The last border up to `at` and the first from it on.
struct Borders {
  std::size_t before = 0;
  std::size_t after = 0;
};

Borders BordersAt(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {text.size(), text.size()};
  std::size_t border = CertainBorder(text, at);
  if (border == at) return {at, at};
  Character last = CharacterAt(text, border);
  utf8proc_int32_t state = 0;
  for (std::size_t next = border + last.size; next < text.size();) {
    const Character character = CharacterAt(text, next);
    if (utf8proc_grapheme_break_stateful(last.c, character.c, &state)) {
      if (next == at) return {at, at};
      if (next > at) return {border, next};
      border = next;
    }
    last = character;
    next += character.size;
  }
  return {border, text.size()};
}

}  // namespace

std::size_t GraphemeBorderBefore(std::string_view text, std::size_t at) {
  return BordersAt(text, at).before;
}

std::size_t GraphemeBorderAfter(std::string_view text, std::size_t at) {
  return BordersAt(text, at).after;
}

}  // namespace heirloom
