#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "appliance/base/result.h"

namespace heirloom::cli {

// The longest line or file that is read as one story.
inline constexpr std::size_t kMaxItemBytes = 4u << 20;

// The server takes no more; and in JSON this much stays below its limit for a request, however many
// characters must be escaped, so that no story can make the batch around it be refused.
inline constexpr std::size_t kMaxContentCharacters = 1'000'000;

// Where an item stands, for whoever has to mend it: a line of JSON Lines, or a file of a folder.
struct SourcePosition {
  std::size_t line = 0;  // From 1; 0 when `file` says it.
  std::string file;      // Relative to the folder, with '/'.
};

// A story as its source tells it, not yet judged by the server.
struct SourceStory {
  std::string id;
  std::string title;
  std::string content;
  bool is_markdown = false;  // Otherwise plain text.
  std::optional<std::string> author;
  std::optional<std::string> date;  // EDTF, as written.
  std::optional<std::string> language;
  std::optional<std::string> place;
  std::optional<std::string> status;
  std::vector<std::string> tags;
};

struct SourceItem {
  SourcePosition where;
  SourceStory story;
  std::string
      problem;  // Not empty: why it cannot be imported; of `story` only the id may be there.
};

// Gives stories one after the other, so that a source may be larger than memory. Not thread-safe.
class StorySource {
 public:
  virtual ~StorySource() = default;
  // nullopt at the end. kUnavailable when reading on is impossible; an item that is wrong by itself
  // is an item with a problem.
  virtual Result<std::optional<SourceItem>> Next() = 0;
  // How far it is, 0 to 1; nullopt when that cannot be known.
  virtual std::optional<double> Fraction() const = 0;
};

}  // namespace heirloom::cli
