#pragma once

#include <string>
#include <string_view>

#include "appliance/base/json.h"
#include "appliance/base/result.h"

namespace heirloom {

// The body of a story: a TipTap (ProseMirror) document. Which nodes, marks and attributes it may
// hold is data, appliance/api/document-schema.json, from which the editor is checked too.
struct Document {
  std::string json;  // Canonical (Json::Dump), checked against the schema.
  std::string text;  // Plain text: blocks part by a blank line, list items and breaks by one line.
};

// kInvalidArgument with a pointer below `pointer` for each of the first 20 things that the schema
// does not allow: unknown node, mark or attribute, wrong nesting, link to anything but http, https,
// mailto or a path of ours, over 20,000 nodes, over 32 levels.
Result<Document> CheckDocument(const Json& value, std::string_view pointer);

// CommonMark with GitHub's strikethrough and autolinks. Raw HTML stays visible text; images become
// links; what the schema has no node for becomes the nearest that it has. Never fails on text that
// IsStorableText, but for size (over 1,000,000 characters).
Result<Document> DocumentFromMarkdown(std::string_view markdown);

// A blank line parts paragraphs, a line end becomes a break.
Result<Document> DocumentFromPlainText(std::string_view text);

}  // namespace heirloom
