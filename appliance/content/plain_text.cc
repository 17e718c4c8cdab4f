#include "appliance/content/plain_text.h"

#include <utility>

#include "appliance/base/text.h"
#include "appliance/content/document.h"

namespace heirloom::content {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The first line, without its end, which may be \n, \r\n or \r; `text` becomes what follows.
std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end);
  if (text.starts_with("\r\n")) {
    text.remove_prefix(2);
  } else if (!text.empty()) {
    text.remove_prefix(1);
  }
  return line;
}

bool IsBlank(std::string_view line) { return CollapseSpace(line).empty(); }

std::size_t AppendLine(Node& block, std::string_view line, const Schema& schema) {
  std::size_t added = 0;
  if (!block.children.empty()) {
    added += Append(block, Node{&schema.Node("hardBreak"), {}, {}, {}, {}}) ? 1 : 0;
  }
  if (!line.empty()) {
    added += Append(block, Node{&schema.Node("text"), {}, {}, std::string(line), {}}) ? 1 : 0;
  }
  return added;
}

}  // namespace

Status CheckSource(std::string_view text, const DocumentLimits& limits) {
  if (!IsStorableText(text)) {
    return Fail(ErrorCode::kInvalidArgument, "The text must be UTF-8 without U+0000.");
  }
  if (CountCharacters(text) > limits.characters) {
    return Fail(ErrorCode::kTooLarge,
                "The text has more than " + std::to_string(limits.characters) + " characters.");
  }
  return {};
}

std::size_t AppendLines(Node& block, std::string_view text, const Schema& schema) {
  std::size_t added = 0;
  while (!text.empty()) added += AppendLine(block, TakeLine(text), schema);
  return added;
}

Result<Node> TreeFromPlainText(std::string_view text, const Schema& schema) {
  Node document{&schema.top(), {}, {}, {}, {}};
  const Node empty{&schema.Node("paragraph"), {}, {}, {}, {}};
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::size_t nodes = 1;
  bool open = false;  // Whether the last paragraph goes on.
  while (!text.empty()) {
    const std::string_view line = TakeLine(text);
    if (IsBlank(line)) {
      open = false;
      continue;
    }
    if (!open) {
      Append(document, empty);
      ++nodes;
      open = true;
    }
    nodes += AppendLine(document.children.back(), line, schema);
    if (nodes > schema.limits().nodes) {
      return Fail(ErrorCode::kTooLarge, "The text has too many lines.");
    }
  }
  if (document.children.empty()) Append(document, empty);
  return document;
}

}  // namespace heirloom::content

namespace heirloom {

Result<Document> DocumentFromPlainText(std::string_view text) {
  const content::Schema& schema = content::Schema::BuiltIn();
  if (const Status fine = content::CheckSource(text, schema.limits()); !fine) return ErrorOf(fine);
  const Result<content::Node> tree = content::TreeFromPlainText(text, schema);
  if (!tree) return ErrorOf(tree);
  return content::Finish(*tree, schema.limits());
}

}  // namespace heirloom
