#include "appliance/base/text.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

namespace heirloom {
namespace {

constexpr std::size_t kMaxSortKey = 200;

const utf8proc_uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

bool IsAscii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// nullopt when `text` is not well-formed.
std::optional<std::string> Map(std::string_view text, int options) {
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(Bytes(text), static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                   static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (size < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
}

// Unicode property White_Space.
bool IsSpace(utf8proc_int32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

// Accents, points of Hebrew and Arabic. What is left are the vowel signs (class 0) and viramas
// (class 9) of scripts in which they part words as letters do.
bool IsAccent(utf8proc_int32_t c) {
  const utf8proc_property_t* property = utf8proc_get_property(c);
  return property->category == UTF8PROC_CATEGORY_MN && property->combining_class != 0 &&
         property->combining_class != 9;
}

std::string WithoutAccents(std::string_view decomposed) {
  std::string out;
  out.reserve(decomposed.size());
  for (std::size_t i = 0; i < decomposed.size();) {
    utf8proc_int32_t c = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(
        Bytes(decomposed.substr(i)), static_cast<utf8proc_ssize_t>(decomposed.size() - i), &c);
    const std::size_t step = length > 0 ? static_cast<std::size_t>(length) : 1;
    if (length <= 0 || !IsAccent(c)) out += decomposed.substr(i, step);
    i += step;
  }
  return out;
}

std::string_view CutAtCharacter(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  while (end > 0 && IsContinuation(text[end])) --end;
  return text.substr(0, end);
}

}  // namespace

bool IsStorableText(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0) return false;
    if (byte < 0x80) {
      ++i;
      continue;
    }
    utf8proc_int32_t c = 0;
    const utf8proc_ssize_t length =
        utf8proc_iterate(Bytes(text.substr(i)), static_cast<utf8proc_ssize_t>(text.size() - i), &c);
    if (length <= 0) return false;
    i += static_cast<std::size_t>(length);
  }
  return true;
}

std::size_t CountCharacters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += IsContinuation(c) ? 0 : 1;
  return count;
}

std::string_view FirstCharacters(std::string_view text, std::size_t count) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (IsContinuation(text[i])) continue;
    if (count == 0) return text.substr(0, i);
    --count;
  }
  return text;
}

std::string ToNfc(std::string_view text) {
  if (IsAscii(text)) return std::string(text);
  return Map(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE).value_or(std::string(text));
}

std::string CollapseSpace(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool space = false;
  for (std::size_t i = 0; i < text.size();) {
    utf8proc_int32_t c = 0;
    const utf8proc_ssize_t length =
        utf8proc_iterate(Bytes(text.substr(i)), static_cast<utf8proc_ssize_t>(text.size() - i), &c);
    // A byte that is no character is passed on as it is: judging it is IsStorableText's task.
    const std::size_t step = length > 0 ? static_cast<std::size_t>(length) : 1;
    if (length > 0 && IsSpace(c)) {
      space = true;
    } else {
      if (space && !out.empty()) out += ' ';
      space = false;
      out += text.substr(i, step);
    }
    i += step;
  }
  return out;
}

std::string FoldKey(std::string_view text) {
  const auto folded =
      Map(text, UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
  return CollapseSpace(folded ? *folded : text);
}

std::string PlainKey(std::string_view text) {
  const auto decomposed =
      Map(text, UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD);
  return CollapseSpace(WithoutAccents(decomposed ? *decomposed : text));
}

std::string SortKey(std::string_view text) {
  // U+0001 sorts before every other character we keep: "Rose" before "Rose Garden".
  std::string key = PlainKey(text);
  std::erase_if(key, [](char c) { return c == '\0' || c == '\x01'; });
  key += '\x01';
  key += FoldKey(text);
  std::erase(key, '\0');
  return std::string(CutAtCharacter(key, kMaxSortKey));
}

}  // namespace heirloom
