#include <catch2/catch.hpp>

#include "tests/archive/sample.h"

namespace heirloom::archive {

TEST_CASE("a time is read exactly as it is written, or not at all", "[archive]") {
  const auto read = [](const std::string& text) {
    const Json json = Json::Parse("{\"t\":" + JsonWriter().String(text).Take() + "}").value();
    FieldReader fields(json);
    const Time time = ReadTime(fields, "t");
    return fields.errors().empty() ? std::optional<Time>(time) : std::nullopt;
  };
  for (const std::int64_t micros :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{1'700'000'000'123'456},
        std::int64_t{-2'208'988'800'000'000}}) {
    CHECK(read(ToRfc3339({micros})) == Time{micros});
  }
  for (const char* wrong : {"", "2026", "2026-01-31T08:15:00Z", "2026-02-30T00:00:00.000000Z",
                            "2026-01-31T24:00:00.000000Z", "2026-01-31T08:60:00.000000Z",
                            "2026-01-31T08:15:00.000000z", "2026-13-01T00:00:00.000000Z",
                            "2026-01-31 08:15:00.000000Z", "+026-01-31T08:15:00.000000Z"}) {
    INFO(wrong);
    CHECK_FALSE(read(wrong));
  }
}

TEST_CASE("what a person could not have written is not read from an archive", "[archive]") {
  const SampleStory sample = MakeSample(1, {SampleContent("Title", "text")});
  const std::string good = RevisionJson(sample.revisions[0]);
  const auto refusal = [&](std::string_view from, std::string_view to) {
    std::string json = good;
    json.replace(json.find(from), from.size(), to);
    const auto revision = ParseRevision(Json::Parse(json).value(), "/revisions/0");
    REQUIRE_FALSE(revision);
    REQUIRE_FALSE(revision.error().fields.empty());
    return revision.error().fields.front().pointer;
  };
  REQUIRE(ParseRevision(Json::Parse(good).value(), ""));
  CHECK(refusal("\"Title\"", "\"\"") == "/revisions/0/content/title");
  CHECK(refusal("\"de\"", "\"german\"") == "/revisions/0/content/language");
  CHECK(refusal("\"1944/1946\"", "\"once\"") == "/revisions/0/content/happened_at");
  CHECK(refusal("\"published\"", "\"gone\"") == "/revisions/0/content/status");
  CHECK(refusal("\"paragraph\"", "\"script\"").starts_with("/revisions/0/content/document"));
  CHECK(refusal("\"number\": 1", "\"number\": 0") == "/revisions/0/number");
  CHECK(refusal("\"note\"", "\"nota\"").starts_with("/revisions/0/"));
  // Not as stories are kept, though its hash would be right: two blanks in a title.
  StoryContent odd = SampleContent("Two  blanks", "text");
  const SampleStory unusual = MakeSample(1, {odd});
  const auto revision = ParseRevision(Json::Parse(RevisionJson(unusual.revisions[0])).value(), "");
  REQUIRE_FALSE(revision);
  CHECK(revision.error().fields.front().message == "is not written as a story is kept");
}

}  // namespace heirloom::archive
