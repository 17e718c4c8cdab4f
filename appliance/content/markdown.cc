#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/content/document.h"
#include "appliance/content/markdown_cost.h"
#include "appliance/content/markdown_tree.h"
#include "appliance/content/plain_text.h"
#include "appliance/content/schema.h"
#include "appliance/content/tree.h"

namespace heirloom {
namespace {

template <auto kFree>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Parser = std::unique_ptr<cmark_parser, Freer<cmark_parser_free>>;
using Parsed = std::unique_ptr<cmark_node, Freer<cmark_node_free>>;

void Attach(cmark_parser* parser, const char* name) {
  cmark_syntax_extension* extension = cmark_find_syntax_extension(name);
  if (extension == nullptr) Panic(std::string("cmark-gfm lacks its extension ") + name);
  cmark_parser_attach_syntax_extension(parser, extension);
}

Parsed Parse(std::string_view markdown, bool autolink) {
  cmark_gfm_core_extensions_ensure_registered();
  // A single tilde stays: people write ~1950 for "about".
  const Parser parser(cmark_parser_new(CMARK_OPT_DEFAULT | CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE));
  Attach(parser.get(), "strikethrough");
  if (autolink) Attach(parser.get(), "autolink");
  cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
  return Parsed(cmark_parser_finish(parser.get()));
}

Result<content::Node> TreeFromMarkdown(std::string_view markdown, const content::Schema& schema) {
  const content::MarkdownCost cost = content::EstimateCost(markdown);
  if (!cost.can_parse) return content::TreeFromPlainText(markdown, schema);
  // One at a time: cmark-gfm registers extensions once, and while it parses it notes their special
  // characters, both in tables of the process, so two parsers at once would lose each other's. And
  // a parsed megabyte can take 200 MB. EstimateCost bounds the wait.
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const Parsed parsed = Parse(markdown, cost.can_autolink);
  return content::TreeFromParsed(*parsed, schema);
}

}  // namespace

Result<Document> DocumentFromMarkdown(std::string_view markdown) {
  const content::Schema& schema = content::Schema::BuiltIn();
  if (const Status fine = content::CheckSource(markdown, schema.limits()); !fine) {
    return ErrorOf(fine);
  }
  const Result<content::Node> tree = TreeFromMarkdown(markdown, schema);
  if (!tree) return ErrorOf(tree);
  return content::Finish(*tree, schema.limits());
}

}  // namespace heirloom
