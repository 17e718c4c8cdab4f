#include "index/text/word_finder.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace heirloom::text {
namespace {

// One word that is looked for, at its place in the clauses.
struct Wanted {
  const Clause* clause = nullptr;
  std::size_t place = 0;  // In clause->words.
  std::vector<std::string> stems;
};

bool ShareOne(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&b](const std::string& stem) {
    return std::find(b.begin(), b.end(), stem) != b.end();
  });
}

class Finder {
 public:
  Finder(const std::vector<Clause>& clauses, std::string_view language, std::string_view text)
      : text_(text), stemmer_(StemLanguage(language)), tokens_(Tokenize(text)) {
    for (const Clause& clause : clauses) {
      if (clause.excluded) continue;
      starts_.push_back(wanted_.size());
      for (std::size_t place = 0; place < clause.words.size(); ++place) {
        wanted_.push_back({&clause, place, {}});
        if (!clause.exact) wanted_.back().stems = stemmer_.Stems(clause.words[place]);
      }
    }
  }

  std::vector<TextMatch> Find(std::size_t limit) {
    std::vector<TextMatch> found;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const std::size_t length = LengthOfMatchAt(i);
      for (std::size_t k = i; k < i + length; ++k) {
        const Token& token = tokens_[k];
        if (token.joined && k > i) {
          found.back().end = token.end;
        } else if (found.size() == limit) {
          return found;
        } else {
          found.push_back({token.begin, token.end});
        }
      }
      if (length > 0) i += length - 1;
    }
    return found;
  }

 private:
  // How many tokens from `at` the longest clause covers.
  std::size_t LengthOfMatchAt(std::size_t at) {
    std::size_t longest = 0;
    for (const std::size_t start : starts_) {
      const std::size_t size = wanted_[start].clause->words.size();
      if (size <= longest || size > tokens_.size() - at) continue;
      std::size_t k = 0;
      while (k < size && Matches(at + k, start + k)) ++k;
      if (k == size) longest = size;
    }
    return longest;
  }

  bool Matches(std::size_t token, std::size_t wanted) {
    const std::vector<std::size_t>& all = WantedBy(token);
    return std::find(all.begin(), all.end(), wanted) != all.end();
  }

  // Which of wanted_ the token is. Stemming costs most and texts repeat their words: remembered.
  const std::vector<std::size_t>& WantedBy(std::size_t token) {
    const std::string_view written =
        text_.substr(tokens_[token].begin, tokens_[token].end - tokens_[token].begin);
    const auto known = known_.find(written);
    if (known != known_.end()) return known->second;
    std::vector<std::size_t> all;
    const Word word = ToWord(written);
    const std::vector<std::string> stems = stemmer_.Stems(word);
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      if (IsWanted(wanted_[i], word, stems)) all.push_back(i);
    }
    return known_.emplace(written, std::move(all)).first->second;
  }

  static bool IsWanted(const Wanted& wanted, const Word& word,
                       const std::vector<std::string>& stems) {
    const Word& asked = wanted.clause->words[wanted.place];
    return word.plain == asked.plain || ShareOne(wanted.stems, stems) ||
           (wanted.clause->beginning && word.plain.starts_with(asked.plain));
  }

  std::string_view text_;
  Stemmer stemmer_;
  std::vector<Token> tokens_;
  std::vector<Wanted> wanted_;
  std::vector<std::size_t> starts_;  // Where in wanted_ each clause begins.
  std::map<std::string_view, std::vector<std::size_t>> known_;
};

}  // namespace

std::vector<TextMatch> FindClauses(const std::vector<Clause>& clauses, std::string_view language,
                                   std::string_view text, std::size_t limit) {
  return Finder(clauses, language, text).Find(limit);
}

}  // namespace heirloom::text
