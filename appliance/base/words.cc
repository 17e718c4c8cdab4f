#include "appliance/base/words.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace heirloom {
namespace {

enum class Kind { kWord, kUnspaced, kSpace, kLineEnd, kOther };

struct Range {
  utf8proc_int32_t first, last;
};
constexpr std::array<Range, 10> kUnspacedScripts = {{{0x0e00, 0x0fff},
                                                     {0x1000, 0x109f},
                                                     {0x1780, 0x17ff},
                                                     {0x2e80, 0x2fdf},
                                                     {0x3005, 0x3007},
                                                     {0x3040, 0x30ff},
                                                     {0x31f0, 0x31ff},
                                                     {0x3400, 0x9fff},
                                                     {0xf900, 0xfaff},
                                                     {0x20000, 0x3ffff}}};

bool IsUnspaced(utf8proc_int32_t c) {
  return c >= kUnspacedScripts.front().first &&
         std::any_of(kUnspacedScripts.begin(), kUnspacedScripts.end(),
                     [c](const Range& range) { return range.first <= c && c <= range.last; });
}

Kind KindOf(utf8proc_int32_t c) {
  if (c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029) return Kind::kLineEnd;
  if (c == ' ' || c == '\t') return Kind::kSpace;
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return IsUnspaced(c) ? Kind::kUnspaced : Kind::kWord;
    case UTF8PROC_CATEGORY_ZS:
      return Kind::kSpace;
    default:
      return Kind::kOther;
  }
}

bool IsApostrophe(utf8proc_int32_t c) { return c == '\'' || c == 0x2019; }

struct Character {
  utf8proc_int32_t c = 0;
  std::size_t end = 0;
};

Character CharacterAt(std::string_view text, std::size_t at) {
  Character next;
  const utf8proc_ssize_t length =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                       static_cast<utf8proc_ssize_t>(text.size() - at), &next.c);
  next.end = at + static_cast<std::size_t>(std::max<utf8proc_ssize_t>(length, 1));
  return next;
}

// One character as people count them: with the marks, joiners and modifiers that belong to it.
std::size_t EndOfGrapheme(std::string_view text, Character last) {
  utf8proc_int32_t state = 0;
  while (last.end < text.size()) {
    const Character next = CharacterAt(text, last.end);
    if (utf8proc_grapheme_break_stateful(last.c, next.c, &state)) break;
    last = next;
  }
  return last.end;
}

std::size_t EndOfRun(std::string_view text, std::size_t at, Kind kind) {
  while (at < text.size()) {
    const Character next = CharacterAt(text, at);
    if (KindOf(next.c) != kind) break;
    at = next.end;
  }
  return at;
}

std::size_t EndOfWord(std::string_view text, std::size_t at) {
  for (;;) {
    at = EndOfRun(text, at, Kind::kWord);
    if (at >= text.size()) return at;
    const Character next = CharacterAt(text, at);
    if (!IsApostrophe(next.c)) return at;
    const std::size_t end = EndOfRun(text, next.end, Kind::kWord);
    if (end == next.end) return at;  // A quote at its end, not an apostrophe in it.
    at = end;
  }
}

}  // namespace

std::vector<std::string_view> SplitWords(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < text.size();) {
    const Character first = CharacterAt(text, at);
    const Kind kind = KindOf(first.c);
    std::size_t end = first.end;
    if (kind == Kind::kWord) {
      end = EndOfWord(text, end);
    } else if (kind == Kind::kSpace || kind == Kind::kLineEnd) {
      end = EndOfRun(text, end, kind);
    } else {
      end = EndOfGrapheme(text, first);
    }
    pieces.push_back(text.substr(at, end - at));
    at = end;
  }
  return pieces;
}

}  // namespace heirloom
