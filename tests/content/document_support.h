#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "appliance/base/json.h"
#include "appliance/content/document.h"

namespace heirloom {

inline Json Parsed(std::string_view text) {
  const Result<Json> json = Json::Parse(text, {.max_bytes = 64u << 20, .max_depth = 200});
  INFO(text.substr(0, 500));
  REQUIRE(json);
  return *json;
}

inline std::string Quote(std::string_view text) { return JsonWriter().String(text).Take(); }

// What every document that we make must be: canonical, and accepted unchanged.
inline void CheckIsCanonical(const Document& document) {
  const Json json = Parsed(document.json);
  CHECK(json.Dump() == document.json);
  const Result<Document> again = CheckDocument(json, "");
  if (!again) FAIL_CHECK(again.error().message);
  if (!again) return;
  CHECK(again->json == document.json);
  CHECK(again->text == document.text);
}

inline Document FromMarkdown(std::string_view markdown) {
  INFO(markdown.substr(0, 500));
  const Result<Document> document = DocumentFromMarkdown(markdown);
  REQUIRE(document);
  CheckIsCanonical(*document);
  return *document;
}

}  // namespace heirloom
