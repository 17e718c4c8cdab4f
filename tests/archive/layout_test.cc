#include <catch2/catch.hpp>

#include "appliance/archive/format/archive_paths.h"
#include "appliance/archive/format/layout.h"

namespace heirloom::archive {

TEST_CASE("slugs keep what can be kept of a title", "[archive]") {
  CHECK(Slug("The second Ternen") == "the-second-ternen");
  CHECK(Slug("  Größe & Glück!  ") == "grosse-gluck");
  CHECK(Slug("Œuvre d’Ærøskøbing, Łódź") == "oeuvre-d-aeroskobing-lodz");
  CHECK(Slug("写真").empty());
  CHECK(Slug(std::string(500, 'a')).size() == 48);
  CHECK(Slug("a" + std::string(500, '.') + "b") == "a-b");
}

TEST_CASE("when it happened stands first, so that folders sort by it", "[archive]") {
  CHECK(StoryFolder("1968/1970", "The boat", "8c1f2e3d4b5a") ==
        "stories/1968-1970-the-boat-8c1f2e3d4b5a");
  CHECK(StoryFolder("", "写真", "8c1f2e3d4b5a") == "stories/undated-8c1f2e3d4b5a");
  CHECK(WhenName("195X") == "195x");
  CHECK(WhenName("1957~") == "1957");
  CHECK(WhenName("../1950") == "until-1950");
  CHECK(WhenName("1950/..") == "from-1950");
}

TEST_CASE("only names of an archive are names of an archive", "[archive]") {
  CHECK(KindOf("index.html").kind == FileKind::kTop);
  CHECK(KindOf("legacies/a/stories/b/revisions/12.json").number == 12);
  for (const char* name :
       {"", "legacies", "legacies/a", "legacies/a/b", "legacies/a/stories/b/c",
        "legacies/a/stories/b/revisions/0.json", "legacies/a/stories/b/revisions/01.json",
        "legacies/a/stories/b/revisions/-1.json", "legacies/a/stories/b/revisions/1.json/x",
        "legacies/a/stories/b/revisions/99999999999999999999.json", "stories/a/story.json"}) {
    INFO(name);
    CHECK(KindOf(name).kind == FileKind::kUnknown);
  }
}

}  // namespace heirloom::archive
