#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "index/search_index.h"

namespace heirloom {

// A piece of a snippet; `match` when it is one of the words searched for.
struct SnippetPiece {
  std::string text;
  bool match = false;
};

// All of `text`, with `matches` (in order, without overlap) marked.
std::vector<SnippetPiece> MarkAll(std::string_view text, const std::vector<TextMatch>& matches);

// The passage of `text` of about 240 characters that holds most of `matches` (in order, without
// overlap), cut at words, on one line, with … where something was left out. Without matches: the
// beginning. Pieces joined are the snippet. Nothing that people see as one character is cut,
// neither at the ends nor where a mark begins: marks then cover all of it.
std::vector<SnippetPiece> MakeSnippet(std::string_view text, const std::vector<TextMatch>& matches);

}  // namespace heirloom
