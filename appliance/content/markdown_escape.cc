#include "appliance/content/markdown_escape.h"

#include <algorithm>

namespace heirloom::content {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsWordCharacter(char c) { return IsLetter(c) || IsDigit(c); }
// To a Markdown parser: it strips vertical tabs and form feeds as well.
bool EndsLine(char c) { return c >= '\n' && c <= '\r'; }
bool IsBlank(char c) { return c == ' ' || c == '\t'; }

void AppendEntity(std::string& out, char c) {
  out += "&#" + std::to_string(static_cast<int>(static_cast<unsigned char>(c))) + ";";
}

// Looks at one character of `text` after the other, with what stands around it.
class Escaper {
 public:
  Escaper(std::string& out, std::string_view text, const TextPlace& place)
      : out_(out), text_(text), place_(place) {}

  void Run() {
    for (at_ = 0; at_ < text_.size(); ++at_) Take(text_[at_]);
  }

 private:
  // The character `ahead` places on; NUL past the end, which no text holds.
  char Peek(std::size_t ahead = 1) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  char Before() const { return out_.empty() ? '\n' : out_.back(); }
  bool AtLineStart() const { return Before() == '\n'; }
  bool IsLastHere() const { return at_ + 1 == text_.size(); }

  void Take(char c) {
    if (AtLineStart() && TakeAtLineStart(c)) return;
    if (EndsLine(c)) return AppendEntity(out_, c);
    if (NeedsBackslash(c)) out_ += '\\';
    out_ += c;
  }

  // What only the start of a line gives a meaning: lists, headings, quotes, underlines.
  bool TakeAtLineStart(char c) {
    if (IsBlank(c)) {
      AppendEntity(out_, c);
      return true;
    }
    if (text_.substr(at_).starts_with("\xEF\xBB\xBF")) {  // A byte order mark is read past.
      out_ += "&#xFEFF;";
      at_ += 2;
      return true;
    }
    const bool mark = c == '#' || c == '>' || (c == '=' && !out_.empty()) ||
                      ((c == '-' || c == '+') && !IsWordCharacter(Peek()));
    if (mark) out_ += '\\';
    if (IsDigit(c)) return TakeNumber();
    if (mark) out_ += c;
    return mark;
  }

  bool TakeNumber() {
    std::size_t end = at_;
    while (end < text_.size() && IsDigit(text_[end])) ++end;
    out_ += text_.substr(at_, end - at_);
    const bool has_mark = end < text_.size() && (text_[end] == '.' || text_[end] == ')');
    if (has_mark && (end + 1 == text_.size() || IsBlank(text_[end + 1]))) {
      out_ += '\\';
      out_ += text_[end++];
    }
    at_ = end - 1;
    return true;
  }

  bool NeedsBackslash(char c) const {
    switch (c) {
      case '\\':
      case '`':
      case '*':
      case '[':
        return true;
      case ']':
        return place_.in_link;
      case '_':
        return !IsWordCharacter(Before()) || !IsWordCharacter(Peek());
      case '~':
        return at_ == 0 || IsLastHere() || Before() == '~' || Peek() == '~';
      case '!':
        return IsLastHere() && !place_.is_last;  // A link after it would become an image.
      case '<':
        return !IsBlank(Peek());
      case '&':
        return Peek() == '#' || IsLetter(Peek()) || (IsLastHere() && !place_.is_last);
      default:
        return !place_.in_link && StartsAutolink(c);
    }
  }

  bool StartsAutolink(char c) const {
    if (c == ':') return Peek() == '/' && Peek(2) == '/' && IsLetter(Before());
    return c == '.' && out_.ends_with("www");
  }

  std::string& out_;
  const std::string_view text_;
  const TextPlace place_;
  std::size_t at_ = 0;
};

std::size_t LongestRun(std::string_view text, char of) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == of ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

void AppendQuoted(std::string& out, std::string_view text, std::string_view also) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) < 0x20) {
      AppendEntity(out, c);
      continue;
    }
    const bool is_entity =
        c == '&' && i + 1 < text.size() && (text[i + 1] == '#' || IsLetter(text[i + 1]));
    if (c == '\\' || is_entity || also.find(c) != also.npos) out += '\\';
    out += c;
  }
}

}  // namespace

void AppendEscaped(std::string& out, std::string_view text, const TextPlace& place) {
  Escaper(out, text, place).Run();
}

void ProtectTrailingBlank(std::string& out) {
  if (out.empty() || !IsBlank(out.back())) return;
  const char blank = out.back();
  out.pop_back();
  AppendEntity(out, blank);
}

void AppendCode(std::string& out, std::string_view code) {
  const std::string fence(LongestRun(code, '`') + 1, '`');
  const bool all_blank = code.find_first_not_of(' ') == code.npos;
  const bool pad = code.starts_with('`') || code.ends_with('`') ||
                   (code.starts_with(' ') && code.ends_with(' ') && !all_blank);
  out.append(fence).append(pad ? " " : "");
  for (const char c : code) out += c == '\n' || c == '\r' ? ' ' : c;
  out.append(pad ? " " : "").append(fence);
}

void AppendTarget(std::string& out, std::string_view href, std::string_view title) {
  out += "](";
  if (href.find_first_of("()<>") == href.npos) {
    AppendQuoted(out, href, "");
  } else {
    out += '<';
    AppendQuoted(out, href, "<>");
    out += '>';
  }
  if (!title.empty()) {
    out += " \"";
    AppendQuoted(out, title, "\"");
    out += '"';
  }
  out += ')';
}

}  // namespace heirloom::content
