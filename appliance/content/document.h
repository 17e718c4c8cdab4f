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

// The other way round, for people and other programs; `json` is Document::json, kInternal when it
// is damaged. DocumentFromMarkdown makes the same document of what MarkdownFromDocument gives, but
// for what Markdown cannot say: underlining, letters as list numbers, empty paragraphs, blanks at
// the edges of a style.
Result<std::string> MarkdownFromDocument(std::string_view json);

// Elements and no attributes but what the schema's need; every text escaped, links only where
// IsSafeLink allows, with rel="noopener noreferrer". Headings begin at <h2>. Links to paths of the
// site stay text: where the HTML is read, there is no site.
Result<std::string> HtmlFromDocument(std::string_view json);

}  // namespace heirloom
