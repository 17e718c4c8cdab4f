#include "appliance/search/chunker.h"

#include <algorithm>
#include <array>

#include "appliance/base/text.h"

namespace heirloom {
namespace {

constexpr std::size_t kTokens = 200;       // In a chunk, about.
constexpr std::size_t kEnough = 100;       // To end it with a paragraph.
constexpr std::size_t kOverlap = 40;       // Said before it once more.
constexpr std::size_t kBytesPerToken = 5;  // Of words in scripts of letters.

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool IsInside(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// The length of what ends a sentence at `at`, 0 for anything else.
std::size_t EndOfSentence(std::string_view text, std::size_t at) {
  static constexpr std::array<std::string_view, 4> kWide = {"。", "！", "？", "…"};
  const char c = text[at];
  if (c == '.' || c == '!' || c == '?') {
    return at + 1 == text.size() || IsBlank(text[at + 1]) ? 1 : 0;
  }
  for (const std::string_view mark : kWide) {
    if (text.substr(at).starts_with(mark)) return mark.size();
  }
  return 0;
}

// A piece that is not cut: a sentence, or part of one that is too long.
struct Unit {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t tokens = 0;
  bool ends_paragraph = false;
};

class Units {
 public:
  explicit Units(std::string_view text) : text_(text) {}

  std::vector<Unit> Read() {
    for (std::size_t at = 0; at < text_.size();) {
      if (text_[at] == '\n') {
        End(at);
        if (!units_.empty()) units_.back().ends_paragraph = true;
        begin_ = ++at;
      } else if (const std::size_t mark = EndOfSentence(text_, at); mark > 0) {
        at += mark;
        End(at);
      } else {
        ++at;
      }
    }
    End(text_.size());
    return std::move(units_);
  }

 private:
  // The sentence from begin_ to `end`, without blanks around it, in parts that are not too long.
  void End(std::size_t end) {
    std::size_t begin = begin_;
    begin_ = end;
    while (begin < end && IsBlank(text_[begin])) ++begin;
    while (end > begin && IsBlank(text_[end - 1])) --end;
    while (begin < end) {
      const std::size_t cut = Fitting(begin, end);
      units_.push_back({begin, cut, EstimateTokens(text_.substr(begin, cut - begin)), false});
      begin = cut;
      while (begin < end && IsBlank(text_[begin])) ++begin;
    }
  }

  // The end of what is not too long: between words if there are any.
  std::size_t Fitting(std::size_t begin, std::size_t end) const {
    if (EstimateTokens(text_.substr(begin, end - begin)) <= kTokens) return end;
    std::size_t between_words = begin;
    std::size_t at = begin;
    std::size_t tokens = 0;
    while (at < end && tokens < kTokens) {
      std::size_t next = at + 1;
      while (next < end && !IsBlank(text_[next]) && next - at < kBytesPerToken * 4) ++next;
      while (next < end && IsInside(text_[next])) ++next;
      tokens += EstimateTokens(text_.substr(at, next - at));
      at = next;
      if (at < end && IsBlank(text_[at])) between_words = at;
    }
    return between_words > begin ? between_words : at;
  }

  std::string_view text_;
  std::vector<Unit> units_;
  std::size_t begin_ = 0;
};

// What stands before unit `first`, as much as is said again: in the same paragraph alone, where
// sentences lean on one another.
std::size_t BeginOfOverlap(const std::vector<Unit>& units, std::size_t first) {
  std::size_t tokens = 0;
  std::size_t begin = units[first].begin;
  for (std::size_t i = first; i > 0 && !units[i - 1].ends_paragraph; --i) {
    tokens += units[i - 1].tokens;
    if (tokens > kOverlap) break;
    begin = units[i - 1].begin;
  }
  return begin;
}

}  // namespace

std::size_t EstimateTokens(std::string_view text) {
  std::size_t tokens = 0;
  std::size_t letters = 0;
  const auto end_word = [&] {
    tokens += (letters + kBytesPerToken - 1) / kBytesPerToken;
    letters = 0;
  };
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                        (byte >= 'a' && byte <= 'z') || (byte >= 0xc0 && byte < 0xe0);
    if (letter) {
      ++letters;
    } else if (!IsInside(c)) {
      end_word();
      if (!IsBlank(c)) ++tokens;  // A mark, or a character of three bytes and more.
    }
  }
  end_word();
  return tokens;
}

std::vector<TextChunk> CutIntoChunks(std::string_view title, std::string_view text,
                                     std::size_t most) {
  const std::vector<Unit> units = Units(text).Read();
  if (units.empty()) return {{0, 0, std::string(title)}};
  std::vector<TextChunk> chunks;
  for (std::size_t first = 0; first < units.size() && chunks.size() < most;) {
    std::size_t tokens = units[first].tokens;
    std::size_t next = first + 1;
    while (next < units.size() && tokens + units[next].tokens <= kTokens &&
           !(units[next - 1].ends_paragraph && tokens >= kEnough)) {
      tokens += units[next++].tokens;
    }
    TextChunk chunk{units[first].begin, units[next - 1].end, {}};
    if (first == 0) chunk.embedded = std::string(title) + "\n";
    const std::size_t from = BeginOfOverlap(units, first);
    chunk.embedded += text.substr(from, chunk.end - from);
    chunks.push_back(std::move(chunk));
    first = next;
  }
  return chunks;
}

}  // namespace heirloom
