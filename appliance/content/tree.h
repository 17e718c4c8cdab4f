#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/content/document.h"
#include "appliance/content/schema.h"

namespace heirloom::content {

// A document between reading and writing. Whatever it is read from, it is kept in canonical form:
// defaults left away, marks in order, no two text nodes with the same marks side by side. Types
// point into the Schema, which outlives every tree. Never deeper than DocumentLimits::depth, so
// that plain recursion is safe.

using Attrs = std::vector<std::pair<const AttrRule*, AttrValue>>;  // By name.

struct Mark {
  const MarkType* type = nullptr;
  Attrs attrs;

  friend bool operator==(const Mark&, const Mark&) = default;
};

struct Node {
  const NodeType* type = nullptr;
  Attrs attrs;
  std::vector<Mark> marks;  // By rank.
  std::string text;
  std::vector<Node> children;
};

// What CheckDocument reads, with its errors.
Result<Node> TreeFromJson(const Json& value, std::string_view pointer);

// Appends `child`, into the text node before it where both are text with the same marks. Whether a
// node was added.
bool Append(Node& parent, Node child);

// Characters of text and attributes below and in `node`, as DocumentLimits counts them.
std::size_t CountDocumentCharacters(const Node& node);

std::string ToJson(const Node& document);
std::string ToPlainText(const Node& document);

// For what we make ourselves: kTooLarge past the limits.
Result<Document> Finish(const Node& document, const DocumentLimits& limits);

}  // namespace heirloom::content
