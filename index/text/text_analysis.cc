#include "index/text/text_analysis.h"

#include <xapian.h>

#include <algorithm>
#include <array>
#include <utility>

#include "appliance/base/text.h"

namespace heirloom::text {
namespace {

constexpr std::size_t kMaxWordBytes = 160;

struct Range {
  unsigned first, last;
};

// Han, Kana, Thai, Lao, Myanmar, Khmer.
constexpr std::array<Range, 10> kUnspaced = {{{0x0e00, 0x0eff},
                                              {0x1000, 0x109f},
                                              {0x1780, 0x17ff},
                                              {0x3005, 0x3007},
                                              {0x3040, 0x30ff},
                                              {0x31f0, 0x31ff},
                                              {0x3400, 0x4dbf},
                                              {0x4e00, 0x9fff},
                                              {0xf900, 0xfaff},
                                              {0x20000, 0x3ffff}}};

bool IsUnspaced(unsigned c) {
  return c >= 0x0e00 && std::any_of(kUnspaced.begin(), kUnspaced.end(), [c](const Range& range) {
           return c >= range.first && c <= range.last;
         });
}

bool IsMark(unsigned c) {
  const Xapian::Unicode::category category = Xapian::Unicode::get_category(c);
  return category == Xapian::Unicode::NON_SPACING_MARK ||
         category == Xapian::Unicode::COMBINING_SPACING_MARK ||
         category == Xapian::Unicode::ENCLOSING_MARK;
}

// Shown as nothing, inside words: soft hyphen, joiners, byte order mark.
bool IsInvisible(unsigned c) {
  return c == 0xad || (c >= 0x200b && c <= 0x200d) || c == 0x2060 || c == 0xfeff;
}

bool IsApostrophe(unsigned c) { return c == '\'' || c == 0x2019; }

// A character and where it stands. `c` is 0, which is in no word, for bytes that are not UTF-8.
struct Character {
  unsigned c = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Not Utf8Iterator's operator*, which reads stray bytes as Latin-1.
Character CharacterAt(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {0, text.size(), text.size()};
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) return {byte, at, at + 1};
  const Xapian::Utf8Iterator it(text.data() + at, text.size() - at);
  const unsigned c = it.strict_deref();
  if (c & 0x80000000) return {0, at, at + 1};
  const std::size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  return {c, at, at + length};
}

bool IsWordCharacter(unsigned c) { return c != 0 && Xapian::Unicode::is_wordchar(c); }

// One character of a script without spaces and the marks on it, from its first character.
std::size_t EndOfUnspaced(std::string_view text, const Character& first) {
  std::size_t end = first.end;
  for (Character next = CharacterAt(text, end); next.c != 0 && IsMark(next.c);
       next = CharacterAt(text, end)) {
    end = next.end;
  }
  return end;
}

std::size_t EndOfSpaced(std::string_view text, const Character& first) {
  std::size_t end = first.end;
  std::size_t at = end;
  while (true) {
    const Character next = CharacterAt(text, at);
    if (IsWordCharacter(next.c) && !IsUnspaced(next.c)) {
      end = at = next.end;
    } else if (IsInvisible(next.c)) {
      at = next.end;  // Inside a word only when the word goes on after it.
    } else {
      return end;
    }
  }
}

// After an English 's that ends a word; `at` itself when there is none.
std::size_t SkipGenitive(std::string_view text, std::size_t at) {
  const Character apostrophe = CharacterAt(text, at);
  if (!IsApostrophe(apostrophe.c)) return at;
  const Character s = CharacterAt(text, apostrophe.end);
  if (s.c != 's' && s.c != 'S') return at;
  return IsWordCharacter(CharacterAt(text, s.end).c) ? at : s.end;
}

bool IsElided(std::string_view text, const Token& token) {
  if (CountCharacters(text.substr(token.begin, token.end - token.begin)) > 2) return false;
  const Character apostrophe = CharacterAt(text, token.end);
  return IsApostrophe(apostrophe.c) && IsWordCharacter(CharacterAt(text, apostrophe.end).c);
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string WithoutInvisible(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Character next = CharacterAt(text, at);
    if (!IsInvisible(next.c)) out += text.substr(at, next.end - at);
    at = next.end;
  }
  return out;
}

void CutWord(std::string& word) {
  if (word.size() <= kMaxWordBytes) return;
  std::size_t end = kMaxWordBytes;
  while (end > 0 && (static_cast<unsigned char>(word[end]) & 0xc0) == 0x80) --end;
  word.resize(end);
}

}  // namespace

std::vector<Token> Tokenize(std::string_view text) {
  std::vector<Token> tokens;
  bool after_unspaced = false;
  for (std::size_t at = 0; at < text.size();) {
    const Character first = CharacterAt(text, at);
    if (!IsWordCharacter(first.c)) {
      at = first.end;
      continue;
    }
    const bool unspaced = IsUnspaced(first.c);
    Token token{first.begin, first.end, unspaced, false, false};
    if (unspaced) {
      token.end = EndOfUnspaced(text, first);
      token.joined = after_unspaced && !tokens.empty() && tokens.back().end == token.begin;
    } else {
      token.end = EndOfSpaced(text, first);
      token.elided = IsElided(text, token);
    }
    after_unspaced = unspaced;
    at = unspaced ? token.end : SkipGenitive(text, token.end);
    tokens.push_back(token);
  }
  return tokens;
}

Word ToWord(std::string_view token_text) {
  Word word;
  if (IsAscii(token_text)) {
    word.folded = LowerAscii(token_text);
    word.plain = word.folded;
  } else {
    const std::string visible = WithoutInvisible(token_text);
    word.folded = FoldKey(visible);
    word.plain = PlainKey(visible);
  }
  CutWord(word.folded);
  CutWord(word.plain);
  return word;
}

std::string WrittenForm(std::string_view token_text) {
  if (IsAscii(token_text)) {
    std::string lower = LowerAscii(token_text);
    CutWord(lower);
    return lower;
  }
  std::string written;
  const std::string visible = ToNfc(WithoutInvisible(token_text));
  for (std::size_t at = 0; at < visible.size();) {
    const Character next = CharacterAt(visible, at);
    if (next.c != 0) Xapian::Unicode::append_utf8(written, Xapian::Unicode::tolower(next.c));
    at = next.end;
  }
  CutWord(written);
  return written;
}

std::string StemLanguage(std::string_view language_tag) {
  // Of the languages that Debian's Xapian stems, those whose stemmer is meant for everyday text.
  static constexpr std::array<std::string_view, 24> kStemmed = {
      "ar", "ca", "da", "de", "en", "es", "eu", "fi", "fr", "ga", "hu", "hy",
      "id", "it", "lt", "ne", "nl", "no", "pt", "ro", "ru", "sv", "ta", "tr"};
  std::string primary = LowerAscii(language_tag.substr(0, language_tag.find_first_of("-_")));
  if (primary == "nb" || primary == "nn") primary = "no";
  return std::find(kStemmed.begin(), kStemmed.end(), primary) == kStemmed.end() ? "" : primary;
}

struct Stemmer::Snowball {
  Xapian::Stem stem;
};

Stemmer::Stemmer(std::string_view stem_language) : language_(StemLanguage(stem_language)) {
  if (!language_.empty()) snowball_.reset(new Snowball{Xapian::Stem(language_)});
}

Stemmer::~Stemmer() = default;
Stemmer::Stemmer(Stemmer&&) noexcept = default;
Stemmer& Stemmer::operator=(Stemmer&&) noexcept = default;

std::vector<std::string> Stemmer::Stems(const Word& word) const {
  if (!snowball_) return {};
  std::vector<std::string> stems = {snowball_->stem(word.folded)};
  if (word.plain == word.folded) return stems;
  stems.front() = PlainKey(stems.front());
  std::string of_plain = snowball_->stem(word.plain);
  if (of_plain != stems.front()) stems.push_back(std::move(of_plain));
  return stems;
}

}  // namespace heirloom::text
