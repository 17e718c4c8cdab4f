#include <catch2/catch.hpp>
#include <filesystem>

#include "appliance/cli/import_batch.h"
#include "appliance/cli/import_progress.h"
#include "tests/cli/import_desk.h"
#include "tests/support/temp_folder.h"

namespace heirloom::cli {
namespace {

using namespace heirloom::testing;

TEST_CASE("an import founds the legacy, creates its stories, and says so in one line of JSON") {
  Desk desk;
  desk.standard_input = Line("a") + Line("b");
  const Finished done = desk.Import();
  CHECK(done.code == 0);
  CHECK(done.out == "{\"created\":2,\"updated\":0,\"unchanged\":0,\"skipped\":[]}\n");
  CHECK(done.err.empty());
  CHECK(desk.server.legacies.at(0).second == "Ours");
  CHECK(desk.server.stories.at("s/a") == R"({"source_id":"a","tags":[],"text":"b","title":"t"})");
}

TEST_CASE("a second import of the same changes nothing, and what changed is updated") {
  Desk desk;
  desk.standard_input = Line("a") + Line("b");
  desk.Import();
  CHECK(Contains(desk.Import().out, R"("created":0,"updated":0,"unchanged":2)"));
  desk.standard_input = Line("a") + Line("b", "new");
  CHECK(Contains(desk.Import().out, R"("created":0,"updated":1,"unchanged":1)"));
  CHECK(desk.server.legacies.size() == 1);
}

TEST_CASE("every field goes out under the contract's name") {
  Desk desk;
  const TempFolder folder;
  WriteFile(folder / "x.md",
            "---\nid: x\ntitle: T\nauthor: A\ndate: 1931~\nlanguage: en\nplace: P\n"
            "status: draft\ntags: [one]\n---\n*m*\n");
  desk.options.path = folder.Path();
  CHECK(desk.Import().code == 0);
  CHECK(desk.server.stories.at("s/x") ==
        R"({"author":"A","happened_at":"1931~","language":"en","markdown":"*m*\n","place":"P",)"
        R"("source_id":"x","status":"draft","tags":["one"],"title":"T"})");
}

TEST_CASE("the legacy is known by its title, however it is cased and spaced, on any page") {
  Desk desk;
  desk.server.legacies = {{IdOf(1), "Another"}, {IdOf(2), "The  OURS"}, {IdOf(3), "Ours"}};
  desk.standard_input = Line("a");
  desk.options.legacy = "  ours ";
  CHECK(desk.Import().code == 0);
  CHECK(Contains(desk.client.requests.back().url, IdOf(3)));
  CHECK(desk.server.legacies.size() == 3);
}

TEST_CASE("a title that several legacies share needs an id instead") {
  Desk desk;
  desk.server.legacies = {{IdOf(1), "Ours"}, {IdOf(2), "ours"}};
  desk.standard_input = Line("a");
  const Finished unclear = desk.Import();
  CHECK(unclear.code == 1);
  CHECK(unclear.out.empty());
  CHECK(Contains(unclear.err, IdOf(1) + ", " + IdOf(2)));
  desk.options.legacy = IdOf(2);
  CHECK(desk.Import().code == 0);
  CHECK(Contains(desk.client.requests.back().url, IdOf(2)));
  desk.options.legacy = IdOf(7);
  CHECK(desk.Import().code == 1);
  CHECK(desk.server.legacies.size() == 2);
}

TEST_CASE("nothing to import founds no legacy") {
  Desk desk;
  desk.standard_input = "broken\n";
  const Finished done = desk.Import();
  CHECK(done.code == 0);
  CHECK(Contains(done.out, R"("skipped":[{"id":null,"line":1,"reason":")"));
  CHECK(desk.server.legacies.empty());
}

TEST_CASE("batches hold at most 50 stories and about 1 MiB, but always one") {
  Desk desk;
  for (int i = 0; i < 120; ++i) desk.standard_input += Line("n" + std::to_string(i));
  CHECK(desk.Import().code == 0);
  CHECK(desk.server.batches == std::vector<std::size_t>{50, 50, 20});
  desk.server.batches.clear();
  const std::string large(400'000, 'x');
  desk.standard_input = Line("l1", large) + Line("l2", large) + Line("l3", large) + Line("l4");
  CHECK(desk.Import().code == 0);
  CHECK(desk.server.batches == std::vector<std::size_t>{2, 2});
  ImportBatch batch;
  SourceStory story;
  story.content = std::string(2u << 20, 'x');
  CHECK(batch.Add(story, {}));
  CHECK_FALSE(batch.Add(story, {}));
  CHECK(batch.items().size() == 1);
}

TEST_CASE("an id that comes twice counts once, however it is composed") {
  Desk desk;
  desk.standard_input = Line("a") + Line("caf\xc3\xa9") + Line("a", "other") + Line("cafe\xcc\x81");
  const Finished done = desk.Import();
  CHECK(done.code == 0);
  CHECK(Contains(done.out, R"("created":2)"));
  CHECK(Contains(done.out, R"({"id":"a","line":3,"reason":"the same id stands at line 1"})"));
  CHECK(Contains(done.out, R"("line":4,"reason":"the same id stands at line 2"})"));
}

TEST_CASE("what the server does not take is listed in the source's order and words") {
  Desk desk;
  desk.server.refusals = {
      {"kept", R"("outcome":"kept","reason":"It was edited here.")"},
      {"gone", R"("outcome":"deleted","reason":"It was deleted here.")"},
      {"date", R"("outcome":"refused","reason":"Some of its fields are wrong.","errors":[)"
               R"({"pointer":"/items/3/happened_at","message":"must be EDTF"},)"
               R"({"pointer":"/items/3/tags/0","message":"is empty"}])"}};
  desk.standard_input = Line("kept") + "broken\n" + Line("gone") + Line("fine") + Line("date");
  const Finished done = desk.Import();
  CHECK(done.code == 0);
  CHECK(done.out == R"({"created":1,"updated":0,"unchanged":0,"skipped":[)"
                    R"({"id":"kept","line":1,"reason":"It was edited here."},)"
                    R"({"id":null,"line":2,"reason":"cannot be read: not JSON at byte 1"},)"
                    R"({"id":"gone","line":3,"reason":"It was deleted here."},)"
                    R"({"id":"date","line":5,"reason":"date: must be EDTF; tags/0: is empty"}]})"
                    "\n");
}

TEST_CASE("people read a summary, nothing in it steers their terminal") {
  Desk desk;
  desk.options.json = false;
  desk.options.legacy = "Ours\x1b[2J";
  desk.standard_input = Line("a") + R"({"id":"e\u001b[31m\u009b","title":"t"})";
  const Finished done = desk.Import();
  CHECK(done.out ==
        "Imported into \"Ours?[2J\": 1 created, 0 updated, 0 unchanged, 1 skipped.\n"
        "  skipped line 2 (e?[31m?): body: is required\n");
}

TEST_CASE("a folder's skipped items are named by their files") {
  Desk desk;
  const TempFolder folder;
  WriteFile(folder / "a.md", "---\ntitle: open\n");
  desk.options.path = folder.Path();
  CHECK(Contains(
      desk.Import().out,
      R"([{"id":null,"file":"a.md","reason":"its front matter has no closing --- line"}])"));
}

TEST_CASE("the source is named after the file or folder, whichever way it is written") {
  Desk desk;
  const TempFolder folder;
  std::filesystem::create_directories(folder / "Letters/deep");
  WriteFile(folder / "Letters/a.md", "text");
  WriteFile(folder / "all.jsonl", Line("j"));
  desk.options.source = "";
  for (const std::string path :
       {"Letters", "Letters/", "Letters/deep/..", "Letters/./", "all.jsonl", "Letters/a.md"}) {
    desk.options.path = (folder / path).string();
    INFO(path);
    CHECK(desk.Import().code == 0);
  }
  desk.options.path = "-";
  desk.standard_input = Line("i");
  desk.Import();
  std::vector<std::string> keys;
  for (const auto& [key, story] : desk.server.stories) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"Letters/a.md", "a.md/a.md", "all.jsonl/j", "stdin/i"});
}

TEST_CASE("progress is a line of JSON at most every two seconds, or a bar for people") {
  ManualClock clock;
  const ImportReport report;
  std::ostringstream lines;
  ImportProgress logged(lines, false, clock);
  logged.Show(report, 1, 0.1);
  CHECK(lines.str().empty());
  clock.AdvanceSeconds(2);
  logged.Show(report, 7, 0.5);
  logged.Show(report, 8, 0.6);
  CHECK(lines.str() == R"({"progress":{"read":7,"created":0,"updated":0,"unchanged":0,)"
                       R"("skipped":0,"percent":50}})"
                       "\n");
  std::ostringstream bar;
  ImportProgress drawn(bar, true, clock);
  clock.AdvanceSeconds(1);
  drawn.Show(report, 7, 0.5);
  CHECK(bar.str() ==
        "\r\x1b[K[############............] 50%  0 created, 0 updated, 0 unchanged, 0 "
        "skipped");
  drawn.End();
  CHECK(bar.str().ends_with("skipped\r\x1b[K"));
}

}  // namespace
}  // namespace heirloom::cli
