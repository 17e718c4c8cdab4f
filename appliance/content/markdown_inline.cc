#include "appliance/content/markdown_inline.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "appliance/base/text.h"
#include "appliance/content/markdown_escape.h"

namespace heirloom::content {
namespace {

constexpr std::array<std::string_view, 3> kStyles = {"bold", "italic", "strike"};

bool HasMark(const Node& node, const Mark& mark) {
  return std::ranges::find(node.marks, mark) != node.marks.end();
}

bool HasMark(const Node& node, std::string_view name) {
  return std::ranges::any_of(node.marks, [&](const Mark& mark) { return mark.type->name == name; });
}

void TakeMark(Node& node, std::string_view name) {
  std::erase_if(node.marks, [&](const Mark& mark) { return mark.type->name == name; });
}

std::string_view TextAttr(const Mark& mark, std::string_view name) {
  for (const auto& [rule, value] : mark.attrs) {
    if (rule->name == name) return std::get<std::string>(value);
  }
  return {};
}

// Bytes of white space (Unicode's) at an end of `text`.
std::size_t LeadingSpace(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size()) {
    const std::size_t next = FirstCharacters(text.substr(size), 1).size();
    if (!CollapseSpace(text.substr(size, next)).empty()) break;
    size += next;
  }
  return size;
}

std::size_t TrailingSpace(std::string_view text) {
  std::size_t begin = text.size();
  while (begin > 0) {
    std::size_t next = begin - 1;
    while (next > 0 && (static_cast<unsigned char>(text[next]) & 0xC0) == 0x80) --next;
    if (!CollapseSpace(text.substr(next, begin - next)).empty()) break;
    begin = next;
  }
  return text.size() - begin;
}

// Markdown has no emphasis that begins or ends with a blank or a line end: it ends before them.
class EdgeTrimmer {
 public:
  explicit EdgeTrimmer(std::vector<Node> inlines) : nodes_(std::move(inlines)) {}

  std::vector<Node> Trim() {
    for (const std::string_view style : kStyles) {
      for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (HasMark(nodes_[i], style)) i = TrimRun(style, i);
      }
    }
    Node merged;
    for (Node& node : nodes_) Append(merged, std::move(node));
    return std::move(merged.children);
  }

 private:
  // Gives the index of the run's last node.
  std::size_t TrimRun(std::string_view style, std::size_t begin) {
    while (begin < nodes_.size() && HasMark(nodes_[begin], style) && TrimStart(style, begin)) {
      ++begin;
    }
    std::size_t end = begin;
    while (end < nodes_.size() && HasMark(nodes_[end], style)) ++end;
    const std::size_t last = end;
    while (end > begin && TrimEnd(style, end - 1)) --end;
    return std::max(last, begin + 1) - 1;
  }

  // Whether the whole node lost the style.
  bool TrimStart(std::string_view style, std::size_t at) {
    if (HasMark(nodes_[at], "code")) return false;  // Its own marks stand between.
    const std::size_t space = nodes_[at].type->is_text ? LeadingSpace(nodes_[at].text) : 0;
    if (!nodes_[at].type->is_text || space == nodes_[at].text.size()) {
      TakeMark(nodes_[at], style);
      return true;
    }
    if (space == 0) return false;
    Node blank = nodes_[at];
    blank.text.resize(space);
    TakeMark(blank, style);
    nodes_[at].text.erase(0, space);
    nodes_.insert(nodes_.begin() + static_cast<std::ptrdiff_t>(at), std::move(blank));
    return true;  // The blank did; what is behind it starts with a word.
  }

  bool TrimEnd(std::string_view style, std::size_t at) {
    if (HasMark(nodes_[at], "code")) return false;
    const std::size_t space = nodes_[at].type->is_text ? TrailingSpace(nodes_[at].text) : 0;
    if (!nodes_[at].type->is_text || space == nodes_[at].text.size()) {
      TakeMark(nodes_[at], style);
      return true;
    }
    if (space == 0) return false;
    Node blank = nodes_[at];
    blank.text.erase(0, blank.text.size() - space);
    TakeMark(blank, style);
    nodes_[at].text.resize(nodes_[at].text.size() - space);
    nodes_.insert(nodes_.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(blank));
    return false;
  }

  std::vector<Node> nodes_;
};

// Which delimiters; a zero for italic decides place by place.
struct Delimiters {
  char bold = '*';
  char italic = 0;
};

class InlineWriter {
 public:
  InlineWriter(const std::vector<Node>& nodes, Delimiters delimiters)
      : nodes_(nodes), delimiters_(delimiters) {
    for (const Node& node : nodes_) marks_.push_back(WrittenMarks(node));
  }

  std::string Write() {
    for (at_ = 0; at_ < nodes_.size(); ++at_) {
      CloseEnded();
      if (WriteAutolink()) continue;
      OpenBegun();
      WriteNode(nodes_[at_]);
    }
    CloseDownTo(0);
    ProtectTrailingBlank(out_);
    return std::move(out_);
  }

 private:
  struct Open {
    Mark mark;
    std::string closing;
  };

  static std::vector<Mark> WrittenMarks(const Node& node) {
    std::vector<Mark> marks = node.marks;
    std::erase_if(marks, [](const Mark& mark) { return mark.type->name == "code"; });
    return marks;
  }

  bool Has(std::size_t at, const Mark& mark) const {
    return at < marks_.size() && std::ranges::find(marks_[at], mark) != marks_[at].end();
  }

  // The first node from here on that does not carry the mark.
  std::size_t EndOf(const Mark& mark) const {
    std::size_t end = at_;
    while (Has(end, mark)) ++end;
    return end;
  }

  void CloseEnded() {
    std::size_t kept = 0;
    while (kept < open_.size() && Has(at_, open_[kept].mark)) ++kept;
    CloseDownTo(kept);
  }

  void CloseDownTo(std::size_t kept) {
    while (open_.size() > kept) {
      out_ += open_.back().closing;
      open_.pop_back();
    }
  }

  void OpenBegun() {
    std::vector<Mark> begun;
    for (const Mark& mark : marks_[at_]) {
      const bool is_open =
          std::ranges::any_of(open_, [&](const Open& open) { return open.mark == mark; });
      if (!is_open) begun.push_back(mark);
    }
    // What lasts longest is outermost, so that little is closed and opened again.
    std::ranges::stable_sort(begun, std::ranges::greater(),
                             [this](const Mark& mark) { return EndOf(mark); });
    for (const Mark& mark : begun) OpenMark(mark);
  }

  void OpenMark(const Mark& mark) {
    const std::string& name = mark.type->name;
    if (name == "link") {
      std::string closing;
      AppendTarget(closing, TextAttr(mark, "href"), TextAttr(mark, "title"));
      out_ += '[';
      open_.push_back({mark, std::move(closing)});
      return;
    }
    std::string delimiter = "~~";
    if (name == "bold") delimiter = std::string(2, delimiters_.bold);
    if (name == "italic") delimiter = std::string(1, ItalicFor(mark));
    out_ += delimiter;
    open_.push_back({mark, std::move(delimiter)});
  }

  // Where another style begins or ends at the same place, stars would run together.
  char ItalicFor(const Mark& mark) const {
    if (delimiters_.italic != 0) return delimiters_.italic;
    const std::size_t end = EndOf(mark);
    return StyleTurnsAt(at_, mark) || StyleTurnsAt(end, mark) ? '_' : '*';
  }

  bool StyleTurnsAt(std::size_t at, const Mark& but) const {
    const auto turns = [&](std::size_t here, std::size_t there) {
      if (here >= marks_.size()) return false;
      return std::ranges::any_of(marks_[here], [&](const Mark& mark) {
        return mark.type->name == "bold" && !(mark == but) && !Has(there, mark);
      });
    };
    return turns(at, at - 1) || (at > 0 && turns(at - 1, at));
  }

  // A bare address stands between angle brackets.
  bool WriteAutolink() {
    const Node& node = nodes_[at_];
    if (!node.type->is_text || node.marks.size() != 1 || !HasMark(node, "link")) return false;
    const Mark& link = node.marks.front();
    const std::string_view href = TextAttr(link, "href");
    const bool same = href == node.text || href == "mailto:" + node.text;
    const bool alone = !Has(at_ + 1, link) && (at_ == 0 || !Has(at_ - 1, link));
    if (!same || !alone || !TextAttr(link, "title").empty() || href.starts_with('/')) return false;
    if (!std::ranges::all_of(node.text, [](char c) {
          return c > ' ' && c < 0x7F && c != '<' && c != '>' && c != '&';
        })) {
      return false;
    }
    out_.append("<").append(node.text).append(">");
    return true;
  }

  void WriteNode(const Node& node) {
    if (!node.type->is_text) {
      ProtectTrailingBlank(out_);
      out_ += "\\\n";
    } else if (HasMark(node, "code")) {
      AppendCode(out_, node.text);
    } else {
      const bool in_link = std::ranges::any_of(
          open_, [](const Open& open) { return open.mark.type->name == "link"; });
      AppendEscaped(out_, node.text, {in_link, at_ + 1 == nodes_.size()});
    }
  }

  const std::vector<Node>& nodes_;
  const Delimiters delimiters_;
  std::vector<std::vector<Mark>> marks_;  // Of each node, as they are written.
  std::vector<Open> open_;                // Outermost first.
  std::size_t at_ = 0;
  std::string out_;
};

// Code carries no style, but a style around it, or one that parts from it by a blank, is written
// through it, as people write it.
void BridgeCode(std::vector<Node>& nodes) {
  const auto take_over = [&](Node& code, const Node* from, const Node* other, bool blank_between) {
    if (from == nullptr) return;
    for (const Mark& mark : from->marks) {
      if (mark.type->name == "link" || mark.type->alone || HasMark(code, mark)) continue;
      if (blank_between || (other != nullptr && HasMark(*other, mark))) code.marks.push_back(mark);
    }
  };
  const std::vector<Node> given = nodes;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!HasMark(nodes[i], "code")) continue;
    const Node* before = i > 0 ? &given[i - 1] : nullptr;
    const Node* after = i + 1 < given.size() ? &given[i + 1] : nullptr;
    take_over(nodes[i], before, after, before != nullptr && TrailingSpace(before->text) > 0);
    take_over(nodes[i], after, before, after != nullptr && LeadingSpace(after->text) > 0);
  }
}

bool IsReadAs(const std::string& markdown, const std::string& wanted) {
  const Result<Document> document = DocumentFromMarkdown(markdown);
  return document && document->json == wanted;
}

std::string JsonOfParagraph(const std::vector<Node>& inlines) {
  const Schema& schema = Schema::BuiltIn();
  Node document{&schema.top(), {}, {}, {}, {}};
  document.children.push_back({&schema.Node("paragraph"), {}, {}, {}, inlines});
  for (Node& node : document.children.front().children) {
    if (HasMark(node, "code")) node.marks = {Mark{&schema.Mark("code"), {}}};
  }
  return ToJson(document);
}

bool HasStyle(const std::vector<Node>& inlines) {
  return std::ranges::any_of(inlines, [](const Node& node) {
    return std::ranges::any_of(kStyles,
                               [&](std::string_view style) { return HasMark(node, style); });
  });
}

}  // namespace

std::string WriteInline(const std::vector<Node>& inlines) {
  std::vector<Node> nodes = inlines;
  while (!nodes.empty() && !nodes.back().type->is_text) nodes.pop_back();  // No break ends a block.
  for (Node& node : nodes) TakeMark(node, "underline");
  BridgeCode(nodes);
  nodes = EdgeTrimmer(std::move(nodes)).Trim();
  if (!HasStyle(nodes)) return InlineWriter(nodes, {}).Write();

  const std::string wanted = JsonOfParagraph(nodes);
  for (const Delimiters delimiters :
       {Delimiters{'*', 0}, Delimiters{'*', '*'}, Delimiters{'*', '_'}, Delimiters{'_', '*'}}) {
    std::string markdown = InlineWriter(nodes, delimiters).Write();
    if (IsReadAs(markdown, wanted)) return markdown;
  }
  Node plain;
  for (Node& node : nodes) {
    for (const std::string_view style : kStyles) TakeMark(node, style);
    Append(plain, std::move(node));
  }
  return InlineWriter(plain.children, {}).Write();
}

}  // namespace heirloom::content
