#include "appliance/search/snippet.h"

#include <algorithm>

#include "appliance/base/grapheme.h"

namespace heirloom {
namespace {

constexpr std::size_t kBytes = 280;  // About 240 characters of most languages.
constexpr std::size_t kBefore = 60;  // What is shown before the first match.
constexpr std::size_t kSearch = 24;  // How far a cut may move to meet a space.

// The nearest place at or after `at` where a word begins, or a character when none is near.
std::size_t WordStart(std::string_view text, std::size_t at) {
  if (at == 0) return 0;
  const std::size_t space = text.find_first_of(" \n", at - 1);
  if (space != text.npos && space < at + kSearch) return GraphemeBorderAfter(text, space + 1);
  return GraphemeBorderAfter(text, at);
}

// The nearest place at or before `at` where a word ends.
std::size_t WordEnd(std::string_view text, std::size_t at) {
  if (at >= text.size()) return text.size();
  const std::size_t space = text.find_last_of(" \n", at);
  if (space != text.npos && space + kSearch > at) return GraphemeBorderBefore(text, space);
  return GraphemeBorderBefore(text, at);
}

// The first match of the window that holds most.
std::size_t BestWindow(const std::vector<TextMatch>& matches) {
  std::size_t best = 0;
  std::size_t most = 0;
  for (std::size_t first = 0, last = 0; first < matches.size(); ++first) {
    last = std::max(last, first);
    while (last < matches.size() && matches[last].end <= matches[first].begin + kBytes - kBefore) {
      ++last;
    }
    if (last - first > most) {
      most = last - first;
      best = first;
    }
  }
  return best;
}

void Append(std::vector<SnippetPiece>& pieces, std::string_view text, bool match) {
  if (text.empty()) return;
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  // Paragraphs are apart by two line ends: one space is enough.
  line.erase(
      std::unique(line.begin(), line.end(), [](char a, char b) { return a == ' ' && b == ' '; }),
      line.end());
  pieces.push_back({std::move(line), match});
}

// Bytes [begin, end) of the text, which are borders, in pieces.
void Mark(std::vector<SnippetPiece>& pieces, std::string_view text, std::size_t begin,
          std::size_t end, const std::vector<TextMatch>& matches) {
  std::size_t at = begin;
  for (const TextMatch& match : matches) {
    if (match.begin < at || match.end > end) continue;
    const std::size_t from = std::max(at, GraphemeBorderBefore(text, match.begin));
    const std::size_t to = std::min(end, GraphemeBorderAfter(text, match.end));
    Append(pieces, text.substr(at, from - at), false);
    Append(pieces, text.substr(from, to - from), true);
    at = to;
  }
  Append(pieces, text.substr(at, end - at), false);
}

}  // namespace

std::vector<SnippetPiece> MarkAll(std::string_view text, const std::vector<TextMatch>& matches) {
  std::vector<SnippetPiece> pieces;
  Mark(pieces, text, 0, text.size(), matches);
  return pieces;
}

std::vector<SnippetPiece> MakeSnippet(std::string_view text,
                                      const std::vector<TextMatch>& matches) {
  std::size_t begin = 0;
  if (!matches.empty()) {
    const std::size_t first = matches[BestWindow(matches)].begin;
    begin = first > kBefore
                ? std::min(GraphemeBorderBefore(text, first), WordStart(text, first - kBefore))
                : 0;
  }
  const std::size_t end = std::max(begin, WordEnd(text, begin + kBytes));
  std::vector<SnippetPiece> pieces;
  if (begin > 0) pieces.push_back({"… ", false});
  Mark(pieces, text, begin, end, matches);
  if (end < text.size()) pieces.push_back({" …", false});
  return pieces;
}

}  // namespace heirloom
