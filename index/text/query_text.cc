#include "index/text/query_text.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "appliance/base/text.h"

namespace heirloom::text {
namespace {

// A stretch of the text between spaces or quotes.
struct Piece {
  std::string_view text;
  bool excluded = false;
  bool quoted = false;
};

// The length of a quotation mark at the start of `text`, 0 for anything else. People paste the
// typographic ones.
std::size_t QuoteAt(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kQuotes = {"\"", "“", "”", "„", "«", "»"};
  for (const std::string_view quote : kQuotes) {
    if (text.starts_with(quote)) return quote.size();
  }
  return 0;
}

bool IsBlank(char c) { return static_cast<unsigned char>(c) <= ' '; }

std::size_t EndOfPiece(std::string_view text, std::size_t at, bool quoted) {
  while (at < text.size() && QuoteAt(text.substr(at)) == 0 && (quoted || !IsBlank(text[at]))) ++at;
  return at;
}

std::vector<Piece> SplitPieces(std::string_view text) {
  std::vector<Piece> pieces;
  for (std::size_t at = 0; at < text.size();) {
    if (IsBlank(text[at])) {
      ++at;
      continue;
    }
    Piece piece;
    const bool starts = at == 0 || IsBlank(text[at - 1]);
    if (starts && text[at] == '-') {
      piece.excluded = true;
      ++at;
    }
    const std::size_t quote = QuoteAt(text.substr(at));
    piece.quoted = quote > 0;
    const std::size_t begin = at + quote;
    const std::size_t end = EndOfPiece(text, begin, piece.quoted);
    piece.text = text.substr(begin, end - begin);
    pieces.push_back(piece);
    at = end + (piece.quoted ? QuoteAt(text.substr(end)) : 0);
  }
  return pieces;
}

Word WordOf(std::string_view text, const Token& token) {
  return ToWord(text.substr(token.begin, token.end - token.begin));
}

// One clause for all words of the piece.
void AddWhole(const Piece& piece, const std::vector<Token>& tokens, std::vector<Clause>& clauses) {
  Clause clause;
  clause.excluded = piece.excluded;
  clause.exact = piece.quoted || tokens.size() > 1;
  for (const Token& token : tokens) clause.words.push_back(WordOf(piece.text, token));
  if (!clause.words.empty()) clauses.push_back(std::move(clause));
}

// One clause for each word; words of a script without spaces stay together.
void AddEach(const Piece& piece, const std::vector<Token>& tokens, std::vector<Clause>& clauses) {
  for (const Token& token : tokens) {
    if (token.elided) continue;
    if (token.joined && !clauses.empty()) {
      clauses.back().words.push_back(WordOf(piece.text, token));
      clauses.back().exact = true;
    } else {
      clauses.push_back({{WordOf(piece.text, token)}, false, false, false, 1});
    }
  }
}

// The token ends the text: the person may still be typing it.
bool IsTyping(const Piece& piece, const Token& token, std::string_view text) {
  return !piece.quoted && !piece.excluded && !token.elided &&
         piece.text.data() + token.end == text.data() + text.size();
}

bool SameWords(const Clause& a, const Clause& b) {
  return a.excluded == b.excluded && a.exact == b.exact && a.beginning == b.beginning &&
         std::equal(a.words.begin(), a.words.end(), b.words.begin(), b.words.end(),
                    [](const Word& x, const Word& y) { return x.folded == y.folded; });
}

// What stands there twice is looked for once and counts for more.
void KeepFirstWords(std::vector<Clause>& clauses, std::size_t limit) {
  std::vector<Clause> kept;
  std::size_t words = 0;
  for (Clause& clause : clauses) {
    const auto known = std::find_if(kept.begin(), kept.end(), [&clause](const Clause& other) {
      return SameWords(clause, other);
    });
    if (known != kept.end()) {
      ++known->times;
      continue;
    }
    words += clause.words.size();
    if (words > limit) break;
    kept.push_back(std::move(clause));
  }
  clauses = std::move(kept);
}

}  // namespace

Result<QueryText> ParseQueryText(std::string_view text) {
  if (text.size() > kMaxQueryBytes) {
    return Fail(ErrorCode::kInvalidArgument, "the search text is too long");
  }
  if (!IsStorableText(text)) {
    return Fail(ErrorCode::kInvalidArgument, "the search text is not UTF-8");
  }
  QueryText query;
  query.blank = CollapseSpace(text).empty();
  for (const Piece& piece : SplitPieces(text)) {
    const std::vector<Token> tokens = Tokenize(piece.text);
    const bool whole = piece.quoted || piece.excluded;
    (whole ? AddWhole : AddEach)(piece, tokens, query.clauses);
    if (!tokens.empty() && IsTyping(piece, tokens.back(), text)) {
      query.clauses.back().beginning = query.clauses.back().words.size() == 1;
    }
  }
  KeepFirstWords(query.clauses, kMaxQueryWords);
  return query;
}

std::vector<TypedWord> TypedWords(std::string_view text) {
  std::vector<TypedWord> words;
  if (text.size() > kMaxQueryBytes || !IsStorableText(text)) return words;
  for (const Piece& piece : SplitPieces(text)) {
    if (piece.excluded) continue;
    const auto offset = static_cast<std::size_t>(piece.text.data() - text.data());
    for (const Token& token : Tokenize(piece.text)) {
      if (token.elided || token.unspaced) continue;
      Clause clause;
      clause.words.push_back(WordOf(piece.text, token));
      clause.beginning = IsTyping(piece, token, text);
      words.push_back({std::move(clause), offset + token.begin, offset + token.end});
    }
  }
  return words;
}

}  // namespace heirloom::text
