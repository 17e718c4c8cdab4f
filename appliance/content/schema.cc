#include "appliance/content/schema.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "appliance/base/json.h"
#include "appliance/base/log.h"
#include "appliance/base/text.h"
#include "appliance/content/link.h"
#include "embedded/document_schema.h"

namespace heirloom::content {
namespace {

std::string TextOr(const Json& value, std::string_view otherwise) {
  return std::string(value ? value.AsString() : otherwise);
}

bool Flag(const Json& object, std::string_view key) {
  const Json value = object.Get(key);
  return value && value.AsBool();
}

std::size_t SizeOf(const Json& object, std::string_view key) {
  const Json value = object.Get(key);
  return value ? static_cast<std::size_t>(value.AsInteger()) : 0;
}

AttrValue ReadValue(const Json& value) {
  if (value.IsString()) return std::string(value.AsString());
  return value.AsInteger();
}

AttrRule ReadAttr(std::string name, const Json& json) {
  AttrRule rule;
  rule.name = std::move(name);
  rule.integer = TextOr(json.Get("type"), "string") == "integer";
  rule.link = TextOr(json.Get("format"), "") == "link";
  rule.required = Flag(json, "required");
  rule.lenient = Flag(json, "lenient");
  rule.drop = Flag(json, "drop");
  if (const Json standard = json.Get("default")) rule.standard = ReadValue(standard);
  const Json allowed = json.Get("enum");
  for (std::size_t i = 0; i < allowed.Size(); ++i) rule.allowed.push_back(ReadValue(allowed.At(i)));
  if (const Json minimum = json.Get("minimum")) rule.minimum = minimum.AsInteger();
  if (const Json maximum = json.Get("maximum")) rule.maximum = maximum.AsInteger();
  rule.max_length = SizeOf(json, "maxLength");
  return rule;
}

std::vector<AttrRule> ReadAttrs(const Json& json) {
  std::vector<AttrRule> rules;
  for (const std::string& name : json.Keys()) rules.push_back(ReadAttr(name, json.Get(name)));
  return rules;
}

std::vector<ContentTerm> ReadExpression(std::string_view expression) {
  std::vector<ContentTerm> terms;
  while (!expression.empty()) {
    const std::size_t end = std::min(expression.find(' '), expression.size());
    std::string_view word = expression.substr(0, end);
    expression.remove_prefix(std::min(end + 1, expression.size()));
    ContentTerm term;
    term.may_miss = word.ends_with('*') || word.ends_with('?');
    term.may_repeat = word.ends_with('*') || word.ends_with('+');
    if (term.may_miss || term.may_repeat) word.remove_suffix(1);
    term.name = word;
    terms.push_back(std::move(term));
  }
  return terms;
}

NodeType ReadNode(const std::string& name, const Json& json) {
  NodeType node;
  node.name = name;
  node.group = TextOr(json.Get("group"), "");
  node.expression = TextOr(json.Get("content"), "");
  node.content = ReadExpression(node.expression);
  node.attrs = ReadAttrs(json.Get("attrs"));
  node.text_may_have_marks = !json.Get("marks");
  node.is_text = name == "text";
  node.is_inline = node.group == "inline";
  return node;
}

}  // namespace

Schema Schema::Read(std::string_view text) {
  const Result<Json> parsed = Json::Parse(text);
  if (!parsed) Panic("document-schema.json: " + parsed.error().message);
  const Json& json = *parsed;

  Schema schema;
  for (const std::string& name : json.Get("nodes").Keys()) {
    schema.nodes_.emplace(name, ReadNode(name, json.Get("nodes").Get(name)));
  }
  const Json order = json.Get("markOrder");
  for (std::size_t rank = 0; rank < order.Size(); ++rank) {
    const std::string name(order.At(rank).AsString());
    const Json mark = json.Get("marks").Get(name);
    schema.marks_.emplace(name, MarkType{name, ReadAttrs(mark.Get("attrs")), rank,
                                         TextOr(mark.Get("excludes"), "") == "_"});
  }
  schema.top_ = &schema.Node(json.Get("top").AsString());

  const Json links = json.Get("links");
  for (std::size_t i = 0; i < links.Get("schemes").Size(); ++i) {
    schema.links_.schemes.emplace_back(links.Get("schemes").At(i).AsString());
  }
  schema.links_.paths = Flag(links, "paths");
  schema.links_.max_length = SizeOf(links, "maxLength");

  const Json limits = json.Get("limits");
  schema.limits_ = {SizeOf(limits, "nodes"), SizeOf(limits, "depth"), SizeOf(limits, "characters")};
  return schema;
}

const Schema& Schema::BuiltIn() {
  static const Schema schema = Read(embedded::document_schema());
  return schema;
}

const NodeType* Schema::FindNode(std::string_view name) const {
  const auto found = nodes_.find(name);
  return found == nodes_.end() ? nullptr : &found->second;
}

const MarkType* Schema::FindMark(std::string_view name) const {
  const auto found = marks_.find(name);
  return found == marks_.end() ? nullptr : &found->second;
}

const NodeType& Schema::Node(std::string_view name) const {
  const NodeType* node = FindNode(name);
  if (node == nullptr) Panic("document-schema.json: no node " + std::string(name));
  return *node;
}

const MarkType& Schema::Mark(std::string_view name) const {
  const MarkType* mark = FindMark(name);
  if (mark == nullptr) Panic("document-schema.json: no mark " + std::string(name));
  return *mark;
}

std::optional<std::string> WrongWith(const AttrValue& value, const AttrRule& rule,
                                     const LinkRule& links) {
  if (!rule.allowed.empty()) {
    const bool found = std::ranges::find(rule.allowed, value) != rule.allowed.end();
    return found ? std::nullopt : std::optional<std::string>("is not one of the allowed values");
  }
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    if (*number >= rule.minimum && *number <= rule.maximum) return std::nullopt;
    return "must be from " + std::to_string(rule.minimum) + " to " + std::to_string(rule.maximum);
  }
  const std::string& text = std::get<std::string>(value);
  if (rule.link) {
    if (IsSafeLink(text, links)) return std::nullopt;
    return "must be an http, https or mailto address, or a path that starts with one slash";
  }
  if (!IsStorableText(text)) return "must be text without U+0000";
  if (CountCharacters(text) <= rule.max_length) return std::nullopt;
  return "must have at most " + std::to_string(rule.max_length) + " characters";
}

}  // namespace heirloom::content
