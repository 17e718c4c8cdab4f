#include <algorithm>
#include <optional>
#include <utility>

#include "appliance/base/json.h"
#include "appliance/base/text.h"
#include "appliance/content/document.h"
#include "appliance/content/schema.h"
#include "appliance/content/tree.h"

namespace heirloom {
namespace {

using content::AttrRule;
using content::Attrs;
using content::AttrValue;
using content::ContentTerm;
using content::Mark;
using content::Node;
using content::NodeType;
using content::Schema;

constexpr std::size_t kMaxErrors = 20;
constexpr std::size_t kMaxQuoted = 60;  // Characters of foreign names that errors repeat.

// Where a value stands. Rendered only for an error, so that a correct document pays nothing.
struct Place {
  const Place* outer = nullptr;
  std::string_view key;
  std::optional<std::size_t> index;
};

Place At(const Place& outer, std::string_view key) { return {&outer, key, std::nullopt}; }
Place At(const Place& outer, std::size_t index) { return {&outer, {}, index}; }

std::string Quoted(std::string_view name) {
  return '"' + std::string(FirstCharacters(name, kMaxQuoted)) + '"';
}

// RFC 6901 section 3.
std::string EscapeForPointer(std::string_view key) {
  std::string out;
  for (const char c : FirstCharacters(key, kMaxQuoted)) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

class Checker {
 public:
  Checker(const Schema& schema, std::string_view pointer) : schema_(schema), pointer_(pointer) {}

  Result<Node> Check(const Json& value) {
    const Place root;
    Node document = ReadNode(value, root, 1, true);
    if (document.type != nullptr && document.type != &schema_.top()) {
      Add(At(root, "type"), "must be " + Quoted(schema_.top().name));
    }
    if (!errors_.empty()) return FailFields(std::move(errors_));
    if (content::CountDocumentCharacters(document) > schema_.limits().characters) {
      Add(root, "has more than " + std::to_string(schema_.limits().characters) + " characters");
      return FailFields(std::move(errors_));
    }
    return document;
  }

 private:
  bool Full() const { return errors_.size() >= kMaxErrors; }

  void Add(const Place& place, std::string message) {
    if (!Full()) errors_.push_back({PointerTo(place), std::move(message)});
  }

  std::string PointerTo(const Place& place) const {
    if (place.outer == nullptr) return pointer_;
    std::string own = place.index ? std::to_string(*place.index) : EscapeForPointer(place.key);
    return PointerTo(*place.outer) + '/' + std::move(own);
  }

  // The node with what is right of it; without a type when not even that is known.
  Node ReadNode(const Json& value, const Place& place, std::size_t depth, bool marks_allowed) {
    Node node;
    if (++nodes_ > schema_.limits().nodes) {
      if (nodes_ == schema_.limits().nodes + 1) {
        Add(Place{}, "has more than " + std::to_string(schema_.limits().nodes) + " nodes");
      }
      return node;
    }
    if (depth > schema_.limits().depth) {
      Add(place, "is nested more than " + std::to_string(schema_.limits().depth) + " levels deep");
      return node;
    }
    node.type =
        ReadType(value, place, [this](std::string_view name) { return schema_.FindNode(name); });
    if (node.type == nullptr) return node;
    RefuseUnknownMembers(value, *node.type, place);
    node.attrs = ReadAttrs(value.Get("attrs"), node.type->attrs, place);
    if (node.type->is_text) node.text = ReadText(value.Get("text"), At(place, "text"));
    if (node.type->is_inline) {
      node.marks = ReadMarks(value.Get("marks"), At(place, "marks"), marks_allowed);
    }
    if (!node.type->content.empty()) ReadContent(value.Get("content"), place, depth, node);
    return node;
  }

  template <typename Find>
  auto ReadType(const Json& value, const Place& place, const Find& find)
      -> decltype(find(std::string_view())) {
    if (!value.IsObject()) {
      Add(place, "must be an object with a type");
      return nullptr;
    }
    const Json name = value.Get("type");
    if (!name.IsString()) {
      Add(At(place, "type"), "must be text");
      return nullptr;
    }
    const auto* type = find(name.AsString());
    if (type == nullptr) Add(At(place, "type"), Quoted(name.AsString()) + " is not known");
    return type;
  }

  void RefuseUnknownMembers(const Json& value, const NodeType& type, const Place& place) {
    for (const std::string& key : value.Keys()) {
      const bool known = key == "type" || key == "attrs" || (key == "text" && type.is_text) ||
                         (key == "marks" && type.is_inline) ||
                         (key == "content" && !type.content.empty());
      if (!known) Add(At(place, key), "is not a member of " + type.name);
    }
  }

  std::string ReadText(const Json& value, const Place& place) {
    if (!value.IsString() || value.AsString().empty()) {
      Add(place, "must be text that is not empty");
      return {};
    }
    if (!IsStorableText(value.AsString())) {
      Add(place, "must not hold U+0000");
      return {};
    }
    return std::string(value.AsString());
  }

  Attrs ReadAttrs(const Json& value, const std::vector<AttrRule>& rules, const Place& owner) {
    const Place place = At(owner, "attrs");
    Attrs attrs;
    if (value && !value.IsObject()) {
      Add(place, "must be an object");
      return attrs;
    }
    for (const std::string& key : value.Keys()) {
      if (std::ranges::find(rules, key, &AttrRule::name) == rules.end()) {
        Add(At(place, key), "is not an attribute here");
      }
    }
    for (const AttrRule& rule : rules) {
      if (rule.drop) continue;
      std::optional<AttrValue> attr = ReadAttr(value.Get(rule.name), rule, At(place, rule.name));
      if (attr && attr != rule.standard) attrs.emplace_back(&rule, *std::move(attr));
    }
    return attrs;
  }

  std::optional<AttrValue> ReadAttr(const Json& value, const AttrRule& rule, const Place& place) {
    if (!value || value.kind() == Json::Kind::kNull) {
      if (rule.required) Add(place, "is required");
      return std::nullopt;
    }
    std::optional<std::string> wrong;
    std::optional<AttrValue> attr;
    if (rule.integer && value.kind() == Json::Kind::kInteger) {
      attr = value.AsInteger();
    } else if (!rule.integer && value.IsString()) {
      attr = std::string(value.AsString());
    } else {
      wrong = rule.integer ? "must be a whole number" : "must be text";
    }
    if (attr) wrong = WrongWith(*attr, rule, schema_.links());
    if (!wrong) return attr;
    if (!rule.lenient) Add(place, *std::move(wrong));
    return std::nullopt;
  }

  std::vector<Mark> ReadMarks(const Json& value, const Place& place, bool allowed) {
    std::vector<Mark> marks;
    if (!value) return marks;
    if (!value.IsArray()) {
      Add(place, "must be an array");
      return marks;
    }
    if (!allowed && value.Size() > 0) {
      Add(place, "must be empty here");
      return marks;
    }
    for (std::size_t i = 0; i < value.Size() && !Full(); ++i) {
      ReadMark(value.At(i), At(place, i), marks);
    }
    std::ranges::sort(marks, {}, [](const Mark& mark) { return mark.type->rank; });
    return marks;
  }

  void ReadMark(const Json& value, const Place& place, std::vector<Mark>& marks) {
    Mark mark;
    mark.type =
        ReadType(value, place, [this](std::string_view name) { return schema_.FindMark(name); });
    if (mark.type == nullptr) return;
    for (const std::string& key : value.Keys()) {
      if (key != "type" && key != "attrs") Add(At(place, key), "is not a member of a mark");
    }
    for (const Mark& other : marks) {
      if (other.type != mark.type && !other.type->alone && !mark.type->alone) continue;
      Add(place, mark.type->name + " cannot stand beside " + other.type->name);
      return;
    }
    mark.attrs = ReadAttrs(value.Get("attrs"), mark.type->attrs, place);
    marks.push_back(std::move(mark));
  }

  void ReadContent(const Json& value, const Place& owner, std::size_t depth, Node& node) {
    const Place place = At(owner, "content");
    if (value && !value.IsArray()) {
      Add(place, "must be an array");
      return;
    }
    std::vector<const NodeType*> types;
    for (std::size_t i = 0; i < value.Size() && !Full() && nodes_ <= schema_.limits().nodes; ++i) {
      Node child = ReadNode(value.At(i), At(place, i), depth + 1, node.type->text_may_have_marks);
      types.push_back(child.type);
      if (child.type != nullptr) content::Append(node, std::move(child));
    }
    // With a child unread, whether the others stand right cannot be told.
    if (types.size() == value.Size() && !std::ranges::count(types, nullptr)) {
      MatchContent(*node.type, types, place);
    }
  }

  void MatchContent(const NodeType& parent, const std::vector<const NodeType*>& types,
                    const Place& place) {
    std::size_t next = 0;
    for (const ContentTerm& term : parent.content) {
      std::size_t taken = 0;
      while (next < types.size() && (taken == 0 || term.may_repeat) &&
             (types[next]->name == term.name || types[next]->group == term.name)) {
        ++taken;
        ++next;
      }
      if (taken > 0 || term.may_miss) continue;
      if (next == types.size()) {
        Add(place, parent.name + " must hold " + parent.expression);
        return;
      }
      break;  // The child that stands in its place is what is wrong.
    }
    if (next == types.size()) return;
    Add(At(place, next),
        types[next]->name + " cannot stand here: " + parent.name + " holds " + parent.expression);
  }

  const Schema& schema_;
  const std::string pointer_;
  std::size_t nodes_ = 0;
  std::vector<FieldError> errors_;
};

}  // namespace

Result<Node> content::TreeFromJson(const Json& value, std::string_view pointer) {
  return Checker(Schema::BuiltIn(), pointer).Check(value);
}

Result<Document> CheckDocument(const Json& value, std::string_view pointer) {
  const Result<Node> tree = content::TreeFromJson(value, pointer);
  if (!tree) return ErrorOf(tree);
  return Document{content::ToJson(*tree), content::ToPlainText(*tree)};
}

}  // namespace heirloom
