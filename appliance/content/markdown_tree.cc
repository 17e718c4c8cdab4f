#include "appliance/content/markdown_tree.h"

#include <cmark-gfm.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/content/link.h"
#include "appliance/content/plain_text.h"

namespace heirloom::content {
namespace {

constexpr int kMaxHeadingLevel = 3;

struct IterFreer {
  void operator()(cmark_iter* iter) const { cmark_iter_free(iter); }
};

std::string_view View(const char* text) { return text == nullptr ? std::string_view() : text; }

// Left away, as CheckDocument does it, when it may not stand or goes without saying. By name.
void SetAttr(Attrs& attrs, const std::vector<AttrRule>& rules, std::string_view name,
             AttrValue value, const LinkRule& links) {
  const auto rule = std::ranges::find(rules, name, &AttrRule::name);
  if (rule == rules.end() || value == rule->standard || WrongWith(value, *rule, links)) return;
  attrs.emplace_back(&*rule, std::move(value));
}

// Walks the parsed text without recursion, which hostile nesting could exhaust.
class Builder {
 public:
  explicit Builder(const Schema& schema) : schema_(schema) {
    open_.push_back(NewNode(schema.top()));
  }

  Result<Node> Build(cmark_node& root) {
    const std::unique_ptr<cmark_iter, IterFreer> iter(cmark_iter_new(&root));
    for (;;) {
      const cmark_event_type event = cmark_iter_next(iter.get());
      if (event == CMARK_EVENT_DONE) break;
      cmark_node* node = cmark_iter_get_node(iter.get());
      if (event == CMARK_EVENT_ENTER) {
        Enter(node);
      } else {
        Exit(node);
      }
      if (nodes_ > schema_.limits().nodes) {
        return Fail(ErrorCode::kTooLarge, "The text has too many paragraphs and changes of style.");
      }
    }
    FillIfEmpty(open_.front());
    return std::move(open_.front());
  }

 private:
  Node NewNode(const NodeType& type) {
    ++nodes_;
    return Node{&type, {}, {}, {}, {}};
  }
  Node NewNode(std::string_view type) { return NewNode(schema_.Node(type)); }

  void Enter(cmark_node* node) {
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_BLOCK_QUOTE:
        return OpenContainer(NewNode("blockquote"), 2);
      case CMARK_NODE_LIST:
        return OpenContainer(NewList(node), 3);
      case CMARK_NODE_ITEM:
        // A list that was left out takes its items with it.
        return kept_.back() ? OpenContainer(NewNode("listItem"), 0) : kept_.push_back(false);
      case CMARK_NODE_PARAGRAPH:
        return open_.push_back(NewNode("paragraph"));
      case CMARK_NODE_HEADING:
        return open_.push_back(NewHeading(node));
      case CMARK_NODE_CODE_BLOCK:
        return AddCodeBlock(node);
      case CMARK_NODE_HTML_BLOCK:
        return AddHtmlBlock(node);
      case CMARK_NODE_THEMATIC_BREAK:
        return AddBlock(NewNode("horizontalRule"));
      default:
        return EnterInline(node);
    }
  }

  void EnterInline(cmark_node* node) {
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_TEXT:
        return AddText(View(cmark_node_get_literal(node)));
      case CMARK_NODE_SOFTBREAK:
        return AddText(" ");
      case CMARK_NODE_LINEBREAK:
        return AddInline(NewNode("hardBreak"), Marks());
      case CMARK_NODE_CODE:
        return AddCode(View(cmark_node_get_literal(node)));
      case CMARK_NODE_HTML_INLINE:
        return AddHtml(std::string(View(cmark_node_get_literal(node))));
      case CMARK_NODE_LINK:
      case CMARK_NODE_IMAGE:
        return EnterLink(node);
      default:
        if (int* depth = StyleOf(node)) ++*depth;
    }
  }

  void Exit(cmark_node* node) {
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_BLOCK_QUOTE:
      case CMARK_NODE_LIST:
      case CMARK_NODE_ITEM:
        return CloseContainer();
      case CMARK_NODE_PARAGRAPH:
      case CMARK_NODE_HEADING:
        return CloseTextBlock();
      case CMARK_NODE_LINK:
      case CMARK_NODE_IMAGE:
        return ExitLink(node);
      default:
        if (int* depth = StyleOf(node)) --*depth;
    }
  }

  // Blocks.

  Node NewList(cmark_node* node) {
    if (cmark_node_get_list_type(node) != CMARK_ORDERED_LIST) return NewNode("bulletList");
    Node list = NewNode("orderedList");
    SetAttr(list.attrs, list.type->attrs, "start", std::int64_t{cmark_node_get_list_start(node)},
            schema_.links());
    return list;
  }

  Node NewHeading(cmark_node* node) {
    Node heading = NewNode("heading");
    const int level = std::min(cmark_node_get_heading_level(node), kMaxHeadingLevel);
    SetAttr(heading.attrs, heading.type->attrs, "level", std::int64_t{level}, schema_.links());
    return heading;
  }

  // Opens `node` if it and `levels` more below it fit; otherwise what it holds goes to its parent.
  void OpenContainer(Node node, std::size_t levels) {
    const bool fits = open_.size() + 1 + levels <= schema_.limits().depth;
    kept_.push_back(fits);
    if (fits) {
      open_.push_back(std::move(node));
    } else {
      --nodes_;
    }
  }

  void CloseContainer() {
    const bool kept = kept_.back();
    kept_.pop_back();
    if (!kept) return;
    if (open_.back().type->name == "listItem") StartWithParagraph(open_.back());
    FillIfEmpty(open_.back());
    Close();
  }

  void CloseTextBlock() {
    if (open_.back().children.empty()) {
      open_.pop_back();  // Nothing of it can be seen.
      --nodes_;
    } else {
      Close();
    }
  }

  void Close() {
    Node node = std::move(open_.back());
    open_.pop_back();
    AddBlock(std::move(node));
  }

  void AddBlock(Node node) { open_.back().children.push_back(std::move(node)); }

  // The schema wants one first in an item; editors rely on it.
  void StartWithParagraph(Node& item) {
    if (item.children.empty()) return;
    Node& first = item.children.front();
    if (first.type->name == "heading") {
      first.type = &schema_.Node("paragraph");
      first.attrs.clear();
    } else if (first.type->name != "paragraph") {
      item.children.insert(item.children.begin(), NewNode("paragraph"));
    }
  }

  void FillIfEmpty(Node& container) {
    if (container.children.empty()) container.children.push_back(NewNode("paragraph"));
  }

  void AddCodeBlock(cmark_node* node) {
    Node block = NewNode("codeBlock");
    const std::string_view info = View(cmark_node_get_fence_info(node));
    const std::string_view language = info.substr(0, info.find_first_of(" \t"));
    if (!language.empty()) {
      SetAttr(block.attrs, block.type->attrs, "language", std::string(language), schema_.links());
    }
    std::string_view code = View(cmark_node_get_literal(node));
    if (code.ends_with('\n')) code.remove_suffix(1);
    if (!code.empty()) {
      block.children.push_back(NewNode("text"));
      block.children.back().text = code;
    }
    AddBlock(std::move(block));
  }

  void AddHtmlBlock(cmark_node* node) {
    Node block = NewNode("paragraph");
    std::string_view html = View(cmark_node_get_literal(node));
    while (html.ends_with('\n')) html.remove_suffix(1);
    nodes_ += AppendLines(block, html, schema_);
    AddBlock(std::move(block));
  }

  // Inlines.

  int* StyleOf(cmark_node* node) {
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_STRONG:
        return &bold_;
      case CMARK_NODE_EMPH:
        return &italic_;
      default:
        // Types of extensions get their number at run time and their header is not installed.
        return View(cmark_node_get_type_string(node)) == "strikethrough" ? &strike_ : nullptr;
    }
  }

  // In the order of the schema.
  std::vector<Mark> Marks() const {
    std::vector<Mark> marks;
    if (link_) marks.push_back(*link_);
    if (bold_ > 0) marks.push_back({&schema_.Mark("bold"), {}});
    if (italic_ > 0) marks.push_back({&schema_.Mark("italic"), {}});
    if (strike_ > 0) marks.push_back({&schema_.Mark("strike"), {}});
    std::ranges::sort(marks, {}, [](const Mark& mark) { return mark.type->rank; });
    return marks;
  }

  void AddInline(Node node, std::vector<Mark> marks) {
    node.marks = std::move(marks);
    if (!Append(open_.back(), std::move(node))) --nodes_;
  }

  void AddText(std::string_view text) { AddText(text, Marks()); }

  void AddText(std::string_view text, std::vector<Mark> marks) {
    if (text.empty()) return;
    Node node = NewNode("text");
    node.text = text;
    AddInline(std::move(node), std::move(marks));
  }

  // Code stands alone in the schema: better to lose bold than code, and code than a link.
  void AddCode(std::string_view code) {
    if (link_) {
      AddText(code, {*link_});
    } else {
      AddText(code, {Mark{&schema_.Mark("code"), {}}});
    }
  }

  void AddHtml(std::string html) {
    std::ranges::replace(html, '\n', ' ');
    AddText(html);
  }

  // Links do not nest, but an image may stand in one, or one in an image's text: the outer counts.
  void EnterLink(cmark_node* node) {
    ++links_;
    const std::string_view url = View(cmark_node_get_url(node));
    if (link_ || !IsSafeLink(url, schema_.links())) return;
    Mark link{&schema_.Mark("link"), {}};
    SetAttr(link.attrs, link.type->attrs, "href", std::string(url), schema_.links());
    const std::string_view title = View(cmark_node_get_title(node));
    if (!title.empty()) {
      SetAttr(link.attrs, link.type->attrs, "title", std::string(title), schema_.links());
    }
    link_ = std::move(link);
    link_depth_ = links_;
  }

  void ExitLink(cmark_node* node) {
    if (cmark_node_first_child(node) == nullptr) AddText(NameOf(node));
    if (link_ && links_ == link_depth_) link_.reset();
    --links_;
  }

  // What stands for a link or an image without text. An address can be an image's whole data, which
  // nobody wants to read.
  std::string_view NameOf(cmark_node* node) const {
    const std::string_view title = View(cmark_node_get_title(node));
    if (!title.empty()) return title;
    const std::string_view url = View(cmark_node_get_url(node));
    return url.size() <= schema_.links().max_length ? url : std::string_view();
  }

  const Schema& schema_;
  std::vector<Node> open_;  // From the document to where we are.
  std::vector<bool> kept_;  // For each container around us, whether it is in open_.
  std::size_t nodes_ = 0;
  int bold_ = 0;  // How many of them are around us.
  int italic_ = 0;
  int strike_ = 0;
  std::size_t links_ = 0;  // Links and images around us.
  std::optional<Mark> link_;
  std::size_t link_depth_ = 0;  // links_ when link_ was set.
};

}  // namespace

Result<Node> TreeFromParsed(cmark_node& root, const Schema& schema) {
  return Builder(schema).Build(root);
}

}  // namespace heirloom::content
