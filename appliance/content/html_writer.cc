#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/base/json.h"
#include "appliance/content/document.h"
#include "appliance/content/html.h"
#include "appliance/content/link.h"
#include "appliance/content/tree.h"

namespace heirloom {

std::string EscapeHtml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

namespace {

using content::Mark;
using content::Node;

std::string AttrText(const content::Attrs& attrs, std::string_view name) {
  for (const auto& [rule, value] : attrs) {
    if (rule->name != name) continue;
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    return std::get<std::string>(value);
  }
  return "";
}

// The element of a mark: its opening tag, and its name to close it; both empty for none.
std::pair<std::string, std::string> TagsOf(const Mark& mark) {
  const std::string& name = mark.type->name;
  if (name == "bold") return {"<strong>", "strong"};
  if (name == "italic") return {"<em>", "em"};
  if (name == "strike") return {"<s>", "s"};
  if (name == "underline") return {"<u>", "u"};
  if (name == "code") return {"<code>", "code"};
  const std::string href = AttrText(mark.attrs, "href");
  // Checked when it was stored; checked again, since this page has no other guard.
  const bool safe = content::IsSafeLink(href, content::Schema::BuiltIn().links());
  if (!safe || href.starts_with('/')) return {};
  std::string tag = "<a href=\"" + EscapeHtml(href) + "\"";
  const std::string title = AttrText(mark.attrs, "title");
  if (!title.empty()) tag += " title=\"" + EscapeHtml(title) + "\"";
  return {tag + " rel=\"noopener noreferrer\">", "a"};
}

class HtmlWriter {
 public:
  void WriteBlocks(const std::vector<Node>& blocks) {
    for (const Node& block : blocks) WriteBlock(block);
  }
  std::string Take() { return std::move(out_); }

 private:
  void WriteBlock(const Node& block) {
    const std::string& name = block.type->name;
    if (name == "paragraph") return WriteText("p", block);
    if (name == "heading") {
      // The page's own heading is the story's title.
      const char level = AttrText(block.attrs, "level").front();
      return WriteText(std::string("h") + static_cast<char>(level + 1), block);
    }
    if (name == "codeBlock") {
      out_ += "<pre><code>";
      for (const Node& text : block.children) out_ += EscapeHtml(text.text);
      out_ += "</code></pre>\n";
      return;
    }
    if (name == "horizontalRule") {
      out_ += "<hr>\n";
      return;
    }
    WriteContainer(block);
  }

  void WriteContainer(const Node& block) {
    const std::string& name = block.type->name;
    std::string element = "blockquote";
    std::string attrs;
    if (name == "bulletList") element = "ul";
    if (name == "listItem") element = "li";
    if (name == "orderedList") {
      element = "ol";
      const std::string start = AttrText(block.attrs, "start");
      const std::string type = AttrText(block.attrs, "type");
      if (!start.empty()) attrs += " start=\"" + start + "\"";
      if (!type.empty()) attrs += " type=\"" + EscapeHtml(type) + "\"";
    }
    out_ += "<" + element + attrs + ">\n";
    WriteBlocks(block.children);
    out_ += "</" + element + ">\n";
  }

  void WriteText(const std::string& element, const Node& block) {
    out_ += "<" + element + ">";
    for (const Node& node : block.children) WriteInline(node);
    out_ += "</" + element + ">\n";
  }

  void WriteInline(const Node& node) {
    if (!node.type->is_text) {
      out_ += "<br>\n";
      return;
    }
    std::string closing;
    for (const Mark& mark : node.marks) {
      const auto [opening, element] = TagsOf(mark);
      if (element.empty()) continue;
      out_ += opening;
      closing.insert(0, "</" + element + ">");
    }
    out_ += EscapeHtml(node.text) + closing;
  }

  std::string out_;
};

}  // namespace

Result<std::string> HtmlFromDocument(std::string_view json) {
  const auto value = Json::Parse(json, {.max_bytes = 32u << 20, .max_depth = 128});
  if (!value) return Fail(ErrorCode::kInternal, "a document is damaged: " + value.error().message);
  const auto tree = content::TreeFromJson(*value, "");
  if (!tree) return Fail(ErrorCode::kInternal, "a document is damaged: " + tree.error().message);
  HtmlWriter writer;
  writer.WriteBlocks(tree->children);
  return writer.Take();
}

}  // namespace heirloom
