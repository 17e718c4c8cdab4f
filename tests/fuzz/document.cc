// A story's body as a client sends it: JSON, then the schema. What passes is canonical: checked
// again it is the same.
#include "appliance/content/document.h"

#include "tests/fuzz/fuzzer.h"

using heirloom::fuzz::Expect;

// As the routes read it.
constexpr heirloom::JsonLimits kLimits{.max_bytes = 6u << 20, .max_depth = 128};

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto json = heirloom::Json::Parse(heirloom::fuzz::AsText(data, size), kLimits);
  if (!json) return 0;
  const auto reread = heirloom::Json::Parse(json->Dump(), kLimits);
  Expect(reread.has_value() && reread->Dump() == json->Dump(), "a dump is canonical");
  const auto document = heirloom::CheckDocument(*json, "/content");
  if (!document) {
    Expect(!document.error().fields.empty(), "a refusal names its fields");
    return 0;
  }
  const auto same =
      heirloom::CheckDocument(heirloom::Json::Parse(document->json, kLimits).value(), "");
  Expect(same.has_value(), "what was taken is taken again");
  Expect(same->json == document->json && same->text == document->text, "and is the same");
  return 0;
}
