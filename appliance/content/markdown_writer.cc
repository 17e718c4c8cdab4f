#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/base/json.h"
#include "appliance/content/document.h"
#include "appliance/content/markdown_inline.h"
#include "appliance/content/tree.h"

namespace heirloom {
namespace {

using content::Node;
using Lines = std::vector<std::string>;

constexpr std::int64_t kMaxListNumber = 999'999'999;  // CommonMark: nine digits.

std::int64_t IntegerAttr(const Node& node, std::string_view name, std::int64_t otherwise) {
  for (const auto& [rule, value] : node.attrs) {
    if (rule->name == name) return std::get<std::int64_t>(value);
  }
  return otherwise;
}

std::string TextAttr(const Node& node, std::string_view name) {
  for (const auto& [rule, value] : node.attrs) {
    if (rule->name == name) return std::get<std::string>(value);
  }
  return "";
}

Lines SplitLines(std::string_view text) {
  Lines lines;
  for (;;) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == text.npos) return lines;
    text.remove_prefix(end + 1);
  }
}

bool IsList(const Node& node) {
  return node.type->name == "bulletList" || node.type->name == "orderedList";
}

bool IsEmptyText(const Node& node) {
  const bool text_block = node.type->name == "paragraph" || node.type->name == "heading";
  return text_block && node.children.empty();
}

// Whether nothing but paragraphs with lists below them stands in it, so that it needs no blank
// lines. A list that begins with a number other than 1, or with nothing, cannot follow a line of
// text without one.
bool IsTight(const Node& list) {
  return std::ranges::all_of(list.children, [](const Node& item) {
    for (std::size_t i = 1; i < item.children.size(); ++i) {
      const Node& child = item.children[i];
      if (!IsList(child) || !IsTight(child) || IntegerAttr(child, "start", 1) != 1) return false;
      if (i > 1) return false;
      if (IsEmptyText(child.children.front().children.front())) return false;
    }
    return true;
  });
}

Lines WriteBlocks(const std::vector<Node>& blocks, bool tight);

Lines WriteHeading(const Node& heading) {
  const auto level = static_cast<std::size_t>(IntegerAttr(heading, "level", 1));
  std::string text = content::WriteInline(heading.children);
  if (text.empty()) return {};
  if (text.find('\n') != text.npos && level <= 2) {
    Lines lines = SplitLines(text);
    lines.push_back(level == 1 ? "===" : "---");
    return lines;
  }
  for (std::size_t at = text.find("\\\n"); at != text.npos; at = text.find("\\\n", at)) {
    text.replace(at, 2, " ");
  }
  if (text.ends_with('#') && !text.ends_with("\\#")) text.insert(text.size() - 1, "\\");
  return {std::string(level, '#') + " " + text};
}

Lines WriteCode(const Node& block) {
  const std::string code = block.children.empty() ? "" : block.children.front().text;
  std::string language = TextAttr(block, "language");
  if (language.find_first_of(" \t\r\n\\&") != language.npos) language.clear();
  const char mark = language.find('`') == language.npos ? '`' : '~';
  std::size_t longest = 2;
  for (std::size_t at = 0, run = 0; at < code.size(); ++at) {
    run = code[at] == mark ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, mark);
  Lines lines = {fence + language};
  if (!code.empty()) {
    for (std::string& line : SplitLines(code)) lines.push_back(std::move(line));
  }
  lines.push_back(fence);
  return lines;
}

Lines WriteQuote(const Node& quote) {
  Lines lines = WriteBlocks(quote.children, false);
  if (lines.empty()) lines.emplace_back();
  for (std::string& line : lines) line.insert(0, line.empty() ? ">" : "> ");
  return lines;
}

void AppendItem(Lines& lines, const Node& item, const std::string& marker, bool tight) {
  Lines inner = WriteBlocks(item.children, tight);
  if (inner.empty()) inner.emplace_back();
  const std::string indent(marker.size() + 1, ' ');
  bool first = true;
  for (std::string& line : inner) {
    const std::string before = first ? marker + (line.empty() ? "" : " ") : indent;
    lines.push_back(line.empty() && !first ? "" : before + line);
    first = false;
  }
}

// `other`: with the other of its two marks, since a list of the same stands right before it.
Lines WriteList(const Node& list, bool other) {
  const bool tight = IsTight(list);
  const bool ordered = list.type->name == "orderedList";
  std::int64_t number = IntegerAttr(list, "start", 1);
  Lines lines;
  for (const Node& item : list.children) {
    if (!lines.empty() && !tight) lines.emplace_back();
    std::string marker = other ? "+" : "-";
    if (ordered) marker = std::to_string(number) + (other ? ")" : ".");
    AppendItem(lines, item, marker, tight);
    number = std::min(number + 1, kMaxListNumber);
  }
  return lines;
}

Lines WriteBlock(const Node& block, bool other_mark) {
  const std::string& name = block.type->name;
  if (name == "paragraph") {
    std::string text = content::WriteInline(block.children);
    return text.empty() ? Lines() : SplitLines(text);
  }
  if (name == "heading") return WriteHeading(block);
  if (name == "codeBlock") return WriteCode(block);
  if (name == "blockquote") return WriteQuote(block);
  if (IsList(block)) return WriteList(block, other_mark);
  return {"***"};  // horizontalRule; three dashes behind a list's dash would be one rule.
}

Lines WriteBlocks(const std::vector<Node>& blocks, bool tight) {
  Lines lines;
  const Node* list_before = nullptr;
  bool other_mark = false;
  for (const Node& block : blocks) {
    const bool same_list = list_before != nullptr && list_before->type == block.type;
    other_mark = IsList(block) && same_list && !other_mark;
    Lines written = WriteBlock(block, other_mark);
    if (written.empty()) continue;
    list_before = IsList(block) ? &block : nullptr;
    if (!lines.empty() && !tight) lines.emplace_back();
    for (std::string& line : written) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

Result<std::string> MarkdownFromDocument(std::string_view json) {
  const auto value = Json::Parse(json, {.max_bytes = 32u << 20, .max_depth = 128});
  if (!value) return Fail(ErrorCode::kInternal, "a document is damaged: " + value.error().message);
  const auto tree = content::TreeFromJson(*value, "");
  if (!tree) return Fail(ErrorCode::kInternal, "a document is damaged: " + tree.error().message);
  std::string text;
  for (const std::string& line : WriteBlocks(tree->children, false)) text += line + "\n";
  return text;
}

}  // namespace heirloom
