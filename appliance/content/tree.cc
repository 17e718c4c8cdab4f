#include "appliance/content/tree.h"

#include "appliance/base/json.h"
#include "appliance/base/text.h"

namespace heirloom::content {
namespace {

std::size_t CountCharactersOf(const Attrs& attrs) {
  std::size_t count = 0;
  for (const auto& [rule, value] : attrs) {
    if (const auto* text = std::get_if<std::string>(&value)) count += CountCharacters(*text);
  }
  return count;
}

void WriteAttrs(JsonWriter& out, const Attrs& attrs) {
  if (attrs.empty()) return;
  out.Key("attrs").BeginObject();
  for (const auto& [rule, value] : attrs) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      out.Member(rule->name, *number);
    } else {
      out.Member(rule->name, std::string_view(std::get<std::string>(value)));
    }
  }
  out.EndObject();
}

// Keys in byte order, as Json::Dump has them.
void WriteNode(JsonWriter& out, const Node& node) {
  out.BeginObject();
  WriteAttrs(out, node.attrs);
  if (!node.children.empty()) {
    out.Key("content").BeginArray();
    for (const Node& child : node.children) WriteNode(out, child);
    out.EndArray();
  }
  if (!node.marks.empty()) {
    out.Key("marks").BeginArray();
    for (const Mark& mark : node.marks) {
      out.BeginObject();
      WriteAttrs(out, mark.attrs);
      out.Member("type", std::string_view(mark.type->name)).EndObject();
    }
    out.EndArray();
  }
  if (node.type->is_text) out.Member("text", std::string_view(node.text));
  out.Member("type", std::string_view(node.type->name)).EndObject();
}

bool HoldsText(const Node& node) {
  return !node.children.empty() && node.children.front().type->is_inline;
}

bool IsList(const Node& node) {
  return !node.children.empty() && node.children.front().type->name == "listItem";
}

class TextWriter {
 public:
  void WriteBlock(const Node& block, bool in_list) {
    if (HoldsText(block)) {
      WriteLine(block);
      return;
    }
    for (const Node& child : block.children) {
      if (IsList(child)) {
        WriteList(child, in_list);
      } else {
        WriteBlock(child, in_list);
      }
    }
  }

  std::string Take() { return std::move(out_); }

 private:
  // A list stands apart as a block; inside, and for lists within it, each item is the next line.
  void WriteList(const Node& list, bool in_list) {
    bool next_line = in_list;
    for (const Node& item : list.children) {
      if (next_line) parting_ = "\n";
      next_line = true;
      WriteBlock(item, true);
    }
    parting_ = "\n\n";
  }

  void WriteLine(const Node& block) {
    if (!out_.empty()) out_ += parting_;
    parting_ = "\n\n";
    for (const Node& child : block.children) {
      if (child.type->is_text) {
        out_ += child.text;
      } else {
        out_ += '\n';  // The only other inline node is the break.
      }
    }
  }

  std::string out_;
  std::string_view parting_ = "\n\n";  // What goes before the next line of text.
};

}  // namespace

bool Append(Node& parent, Node child) {
  if (child.type->is_text && !parent.children.empty()) {
    Node& last = parent.children.back();
    if (last.type->is_text && last.marks == child.marks) {
      last.text += child.text;
      return false;
    }
  }
  parent.children.push_back(std::move(child));
  return true;
}

std::size_t CountDocumentCharacters(const Node& node) {
  std::size_t count = CountCharacters(node.text) + CountCharactersOf(node.attrs);
  for (const Mark& mark : node.marks) count += CountCharactersOf(mark.attrs);
  for (const Node& child : node.children) count += CountDocumentCharacters(child);
  return count;
}

std::string ToJson(const Node& document) {
  JsonWriter out;
  WriteNode(out, document);
  return out.Take();
}

std::string ToPlainText(const Node& document) {
  TextWriter out;
  out.WriteBlock(document, false);
  return out.Take();
}

Result<Document> Finish(const Node& document, const DocumentLimits& limits) {
  if (CountDocumentCharacters(document) > limits.characters) {
    return Fail(ErrorCode::kTooLarge, "The text and its links have more than " +
                                          std::to_string(limits.characters) + " characters.");
  }
  return Document{ToJson(document), ToPlainText(document)};
}

}  // namespace heirloom::content
