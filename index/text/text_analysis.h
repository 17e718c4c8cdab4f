// How text becomes words: the same for stories, queries and snippets, so that what one finds the
// others find. Words are runs of letters, marks and digits (Unicode). Scripts that write without
// spaces (Chinese, Japanese, Thai, …) give one word per character; whoever asks for several in a
// row asks for them side by side.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::text {

// A word: bytes [begin, end) of the text, on borders of characters.
struct Token {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool unspaced = false;  // Of a script without spaces.
  bool joined = false;    // That, and so is the word it touches before it.
  bool elided = false;    // At most two letters and an apostrophe before a word: the l of l'homme.
};

// In order, without overlap. An English 's belongs to no word. Bytes that are not UTF-8 part words.
std::vector<Token> Tokenize(std::string_view text);

struct Word {
  std::string folded;  // Case-folded, accents kept: what stemmers know.
  std::string plain;   // PlainKey: what is compared.
};

// At most 160 bytes of each form; what differs after that is the same word to us.
Word ToWord(std::string_view token_text);

// As written, in small letters: how a word is shown. At most 160 bytes.
std::string WrittenForm(std::string_view token_text);

// "de" for "de-AT"; empty for a language without a stemmer.
std::string StemLanguage(std::string_view language_tag);

// Snowball's stemmer of one language. Not thread-safe; cheap to make.
class Stemmer {
 public:
  // A language from StemLanguage; an empty one gives no stems.
  explicit Stemmer(std::string_view stem_language);
  ~Stemmer();
  Stemmer(Stemmer&&) noexcept;
  Stemmer& operator=(Stemmer&&) noexcept;

  const std::string& Language() const { return language_; }

  // The stem of the word as written, and that of the word without accents where it is another:
  // people leave accents out when they search, and sometimes when they write. Plain, at most two.
  std::vector<std::string> Stems(const Word& word) const;

 private:
  struct Snowball;
  std::string language_;
  std::unique_ptr<Snowball> snowball_;
};

}  // namespace heirloom::text
