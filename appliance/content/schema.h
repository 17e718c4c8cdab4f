#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace heirloom::content {

// appliance/api/document-schema.json as values; what each member means stands there.

using AttrValue = std::variant<std::int64_t, std::string>;

struct AttrRule {
  std::string name;
  bool integer = false;  // Otherwise text.
  bool link = false;     // Text that must pass IsSafeLink.
  bool required = false;
  bool lenient = false;
  bool drop = false;
  std::optional<AttrValue> standard;  // Its default.
  std::vector<AttrValue> allowed;     // Empty: any.
  std::int64_t minimum = 0;
  std::int64_t maximum = 0;
  std::size_t max_length = 0;  // In characters.
};

// One word of a content expression: `paragraph`, `block*`.
struct ContentTerm {
  std::string name;  // Of a node or a group.
  bool may_miss = false;
  bool may_repeat = false;
};

struct NodeType {
  std::string name;
  std::string group;
  std::string expression;  // For people.
  std::vector<ContentTerm> content;
  std::vector<AttrRule> attrs;      // By name.
  bool text_may_have_marks = true;  // Of the nodes inside.
  bool is_text = false;
  bool is_inline = false;
};

struct MarkType {
  std::string name;
  std::vector<AttrRule> attrs;  // By name.
  std::size_t rank = 0;         // Place in the stored order.
  bool alone = false;           // No other mark beside it.
};

struct LinkRule {
  std::vector<std::string> schemes;
  bool paths = false;
  std::size_t max_length = 0;  // In characters.
};

struct DocumentLimits {
  std::size_t nodes = 0;
  std::size_t depth = 0;       // The document itself is the first level.
  std::size_t characters = 0;  // Of text and of attributes.
};

class Schema {
 public:
  // The one that is built in. Made on first use and never changed; thread-safe.
  static const Schema& BuiltIn();

  // nullptr when there is none of that name.
  const NodeType* FindNode(std::string_view name) const;
  const MarkType* FindMark(std::string_view name) const;
  // For names that our own code is written against: none is a bug and panics.
  const NodeType& Node(std::string_view name) const;
  const MarkType& Mark(std::string_view name) const;

  const NodeType& top() const { return *top_; }
  const LinkRule& links() const { return links_; }
  const DocumentLimits& limits() const { return limits_; }

 private:
  Schema() = default;
  static Schema Read(std::string_view json);

  // Maps, since what they hold must not move: trees point at the types.
  std::map<std::string, NodeType, std::less<>> nodes_;
  std::map<std::string, MarkType, std::less<>> marks_;
  const NodeType* top_ = nullptr;
  LinkRule links_;
  DocumentLimits limits_;
};

// What is wrong with `value`, for people; nullopt when it may stand.
std::optional<std::string> WrongWith(const AttrValue& value, const AttrRule& rule,
                                     const LinkRule& links);

}  // namespace heirloom::content
