// Markdown of strangers: it never fails but for its size, and always gives a document that the
// schema allows.
#include "appliance/base/text.h"
#include "appliance/content/document.h"
#include "tests/fuzz/fuzzer.h"

using heirloom::fuzz::Expect;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = heirloom::fuzz::AsText(data, size);
  const auto document = heirloom::DocumentFromMarkdown(text);
  if (!heirloom::IsStorableText(text)) return 0;
  if (!document) {
    Expect(document.error().code == heirloom::ErrorCode::kTooLarge ||
               document.error().code == heirloom::ErrorCode::kInvalidArgument,
           "a text is refused for its size alone");
    return 0;
  }
  Expect(heirloom::IsStorableText(document->text), "plain text can be stored");
  const auto json =
      heirloom::Json::Parse(document->json, {.max_bytes = 32u << 20, .max_depth = 128});
  Expect(json.has_value(), "what we make is JSON");
  const auto checked = heirloom::CheckDocument(*json, "/content");
  Expect(checked.has_value(), "the schema allows what we make");
  Expect(checked->json == document->json, "and it is canonical");
  return 0;
}
