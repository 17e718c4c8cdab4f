#include "index/minilm/bert_text.h"

#include <utf8proc.h>

#include <array>

namespace heirloom::minilm {
namespace {

using Character = utf8proc_int32_t;

constexpr std::size_t kMaxParts = 32;  // Of one character, decomposed; the most there is are 18.

bool IsSpace(Character c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

// Controls, vertical tabs and form feeds too, and the replacement character. What Unicode has not
// assigned stays.
bool IsDropped(Character c) {
  if (c == '\t' || c == '\n' || c == '\r') return false;
  if (c == 0 || c == 0xfffd) return true;
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CS:
      return true;
    default:
      return false;
  }
}

// The ranges of the reference, with its 2B920 for 2B820.
bool IsIdeograph(Character c) {
  return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) ||
         (c >= 0x20000 && c <= 0x2a6df) || (c >= 0x2a700 && c <= 0x2b73f) ||
         (c >= 0x2b740 && c <= 0x2b81f) || (c >= 0x2b920 && c <= 0x2ceaf) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0x2f800 && c <= 0x2fa1f);
}

bool IsPunctuation(Character c) {
  if (c < 0x80) {
    return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) ||
           (c >= 123 && c <= 126);
  }
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
      return true;
    default:
      return false;
  }
}

class Words {
 public:
  void Add(Character c) {
    if (IsSpace(c)) {
      End();
    } else if (IsPunctuation(c)) {
      End();
      Append(c);
      End();
    } else {
      Append(c);
    }
  }
  void End() {
    if (!word_.empty()) words_.push_back(std::move(word_));
    word_.clear();
  }
  std::vector<std::string> Take() {
    End();
    return std::move(words_);
  }

 private:
  void Append(Character c) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto size = utf8proc_encode_char(c, bytes.data());
    word_.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
  }

  std::vector<std::string> words_;
  std::string word_;
};

// Taken apart, without accents, small.
void AddPlain(Character c, Words& words) {
  std::array<Character, kMaxParts> parts{};
  int last_class = 0;
  const auto count =
      utf8proc_decompose_char(c, parts.data(), parts.size(), UTF8PROC_DECOMPOSE, &last_class);
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    const Character part = parts.at(static_cast<std::size_t>(i));
    if (utf8proc_category(part) != UTF8PROC_CATEGORY_MN) words.Add(utf8proc_tolower(part));
  }
}

}  // namespace

std::vector<std::string> BertWords(std::string_view utf8) {
  Words words;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(utf8.data());
  for (std::size_t i = 0; i < utf8.size();) {
    Character c = 0;
    const auto step =
        utf8proc_iterate(bytes + i, static_cast<utf8proc_ssize_t>(utf8.size() - i), &c);
    i += step > 0 ? static_cast<std::size_t>(step) : 1;
    if (step <= 0 || IsDropped(c)) continue;
    if (IsIdeograph(c)) {
      words.End();
      AddPlain(c, words);
      words.End();
    } else {
      AddPlain(c, words);
    }
  }
  return words.Take();
}

}  // namespace heirloom::minilm
