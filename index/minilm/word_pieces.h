#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "appliance/base/result.h"

namespace heirloom::minilm {

// Cuts words into the pieces that a model has numbers for: each time the longest that it knows,
// from the front (WordPiece, Schuster and Nakajima 2012, as BERT uses it). Thread-safe to read.
class WordPieces {
 public:
  // Reads `model.vocab` of a tokenizer.json of Hugging Face. kUnavailable when it is not there,
  // kInternal when it is another kind of file or lacks the pieces that every text needs.
  static Result<WordPieces> Open(const std::filesystem::path& path);
  // The same of what such a file holds.
  static Result<WordPieces> Parse(std::string_view json);

  // The numbers of the text's pieces between those that begin and end a text, `limit` of them at
  // most; the rest of the text is left out. `utf8` must be well-formed.
  std::vector<std::int32_t> Cut(std::string_view utf8, std::size_t limit) const;

  // All numbers are below it.
  std::int32_t size() const { return size_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  using Vocabulary = std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>>;

  WordPieces(Vocabulary vocabulary, std::int32_t size);
  void CutWord(const std::string& word, std::vector<std::int32_t>& pieces) const;

  Vocabulary vocabulary_;
  std::int32_t size_ = 0;
  std::int32_t unknown_ = 0;
  std::int32_t begin_ = 0;
  std::int32_t end_ = 0;
};

}  // namespace heirloom::minilm
