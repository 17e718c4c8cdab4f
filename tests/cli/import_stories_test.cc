#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <sstream>

#include "appliance/base/json.h"
#include "appliance/cli/import_batch.h"
#include "appliance/cli/import_progress.h"
#include "appliance/cli/import_stories.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scripted_client.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace heirloom::cli {
namespace {

using heirloom::testing::ManualClock;
using heirloom::testing::NotedPauses;
using heirloom::testing::ScriptedClient;
using heirloom::testing::SeededRandom;
using heirloom::testing::TempFolder;
using heirloom::testing::WriteFile;

std::string IdOf(int number) {
  return "0190f0f0-0000-7000-8000-00000000000" + std::to_string(number);
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

HttpResponse Answer(int status, std::string body) { return {status, {}, std::move(body)}; }

// As much of the API as imports use, kept in memory, with faults on demand.
class FakeHeirloom {
 public:
  Result<HttpResponse> Handle(const HttpRequest& request) {
    if (!faults.empty()) {
      const Result<HttpResponse> fault = faults.front();
      faults.erase(faults.begin());
      return fault;
    }
    return Serve(request);
  }

  std::vector<std::pair<Id, std::string>> legacies;  // Id and title.
  std::map<std::string, std::string> stories;        // By source and id: the item as it came.
  std::map<std::string, std::string> refusals;       // By id: the rest of its outcome.
  std::vector<std::size_t> batches;                  // How many items each had.
  std::vector<Result<HttpResponse>> faults;          // Come first, one a request.

 private:
  Result<HttpResponse> Serve(const HttpRequest& request) {
    const std::string path = request.url.substr(std::string("http://server").size());
    const bool knows = request.headers.at(0).value == "Bearer good";
    if (!knows) return Answer(401, R"({"title":"Please sign in"})");
    if (path.starts_with("/api/v1/legacies?")) return List(path);
    if (path == "/api/v1/legacies") return Found(Json::Parse(request.body).value());
    if (path.ends_with("/imports/stories")) return Import(request.body);
    for (const auto& [id, title] : legacies) {
      if (path == "/api/v1/legacies/" + id) return Answer(200, R"({"id":")" + id + "\"}");
    }
    return Answer(404, R"({"title":"There is nothing here"})");
  }

  // One a page, so that pages count.
  HttpResponse List(const std::string& path) const {
    const std::size_t cursor = path.find("cursor=");
    const std::size_t at = cursor == std::string::npos ? 0 : std::stoul(path.substr(cursor + 7));
    JsonWriter json;
    json.BeginObject().Key("items").BeginArray();
    if (at < legacies.size()) {
      json.BeginObject().Member("id", legacies[at].first).Member("title", legacies[at].second);
      json.EndObject();
    }
    json.EndArray();
    if (at + 1 < legacies.size()) json.Member("next_cursor", std::to_string(at + 1));
    return Answer(200, json.EndObject().Take());
  }

  HttpResponse Found(const Json& body) {
    const Id id = IdOf(static_cast<int>(legacies.size()));
    legacies.emplace_back(id, std::string(body.Get("title").AsString()));
    return Answer(201, R"({"id":")" + id + "\"}");
  }

  HttpResponse Import(const std::string& text) {
    const Json body = Json::Parse(text, {.max_bytes = 16u << 20, .max_depth = 64}).value();
    const std::string source(body.Get("source").AsString());
    const Json items = body.Get("items");
    batches.push_back(items.Size());
    std::string outcomes;
    for (std::size_t i = 0; i < items.Size(); ++i) {
      const std::string id(items.At(i).Get("source_id").AsString());
      const std::string rest = Outcome(source + "/" + id, id, items.At(i).Dump());
      outcomes += (i == 0 ? "" : ",") + (R"({"source_id":")" + id + "\"," + rest + "}");
    }
    return Answer(200, "{\"items\":[" + outcomes + "]}");
  }

  std::string Outcome(const std::string& key, const std::string& id, const std::string& item) {
    if (const auto refused = refusals.find(id); refused != refusals.end()) return refused->second;
    const auto [known, is_new] = stories.emplace(key, item);
    if (is_new) return R"("outcome":"created")";
    if (known->second == item) return R"("outcome":"unchanged")";
    known->second = item;
    return R"("outcome":"updated")";
  }
};

struct Finished {
  int code = 0;
  std::string out;
  std::string err;
};

// A command line with everything around it.
struct Desk {
  Finished Import() { return Import(client); }
  Finished Import(HttpClient& through) {
    std::istringstream in(standard_input);
    std::ostringstream out;
    std::ostringstream err;
    const int code = ImportStories(
        options, {through, pauses, clock, random, in, out, err, /*terminal=*/false, token});
    return {code, out.str(), err.str()};
  }

  FakeHeirloom server;
  ScriptedClient client{[this](const HttpRequest& request) { return server.Handle(request); }};
  NotedPauses pauses;
  ManualClock clock;
  SeededRandom random;
  std::string standard_input;
  std::string token = "good";
  ImportOptions options{.path = "-",
                        .server = "http://server",
                        .legacy = "Ours",
                        .source = "s",
                        .token_file = "",
                        .json = true};
};

std::string Line(const std::string& id, const std::string& body = "b") {
  return R"({"id":")" + id + R"(","title":"t","body":")" + body + "\"}\n";
}

Result<HttpResponse> NoAnswer() { return Fail(ErrorCode::kUnavailable, "nobody answers there"); }

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

TEST_CASE("people read a summary; nothing in it steers their terminal") {
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

TEST_CASE("what is wrong with the command line is said before anybody is asked") {
  const TempFolder folder;
  WriteFile(folder / "x.txt", "x");
  WriteFile(folder / "empty", " \n");
  struct Case {
    ImportOptions options;
    std::string token;
    int code;
    std::string words;
  };
  const ImportOptions good = Desk().options;
  std::vector<Case> cases(11, Case{good, "good", 1, ""});
  cases[0].options.path = folder / "none.jsonl";
  cases[0].words = "does not exist";
  cases[1].options.path = folder / "x.txt";
  cases[1].words = "neither a folder nor";
  cases[1].code = 2;
  cases[2].options.server = "127.0.0.1:8080";
  cases[2].words = "--server must be a URL";
  cases[2].code = 2;
  cases[3].token = "";
  cases[3].words = "a token is needed";
  cases[3].code = 2;
  cases[4].options.token_file = folder / "none";
  cases[4].words = "cannot be read";
  cases[5].options.token_file = folder / "empty";
  cases[5].words = "a token is needed";
  cases[5].code = 2;
  cases[6].options.source = std::string(101, 'x');
  cases[6].words = "--source";
  cases[6].code = 2;
  cases[7].options.legacy = "  ";
  cases[7].words = "--legacy";
  cases[7].code = 2;
  cases[8].token = "a\nb";
  cases[8].words = "no token";
  cases[9].options.server = "http://server:99999";
  cases[9].words = "--server: ";
  cases[9].code = 2;
  cases[10].options.server = "http://server/?a";
  cases[10].words = "without ? and #";
  cases[10].code = 2;
  for (const Case& one : cases) {
    Desk desk;
    desk.options = one.options;
    desk.token = one.token;
    desk.standard_input = Line("a");
    const Finished done = desk.Import();
    INFO(one.words);
    CHECK(done.code == one.code);
    CHECK(done.out.empty());
    CHECK(Contains(done.err, one.words));
    CHECK(std::count(done.err.begin(), done.err.end(), '\n') == 1);
    CHECK(desk.client.requests.empty());
  }
}

TEST_CASE("a token from a file goes before the environment's, without the line's end") {
  Desk desk;
  const TempFolder folder;
  WriteFile(folder / "token", "good\n");
  desk.options.token_file = folder / "token";
  desk.token = "other";
  desk.standard_input = Line("a");
  CHECK(desk.Import().code == 0);
}

TEST_CASE("a wrong token ends it with one line, at once") {
  Desk desk;
  desk.token = "wrong";
  desk.standard_input = Line("a");
  const Finished done = desk.Import();
  CHECK(done.code == 1);
  CHECK(done.out.empty());
  CHECK(done.err == "heirloom: the token is not valid, or no longer\n");
  CHECK(desk.client.requests.size() == 1);
}

TEST_CASE("a server that is not there ends it after three tries") {
  Desk desk;
  desk.server.faults.assign(100, NoAnswer());
  desk.standard_input = Line("a");
  const Finished done = desk.Import();
  CHECK(done.code == 1);
  CHECK(Contains(done.err, "heirloom: nobody answers there\n"));
  CHECK(desk.client.requests.size() == 3);
}

TEST_CASE("something else that answers there is told apart") {
  for (const std::string body : {"<html>", "[]", "{}", R"({"items":5})"}) {
    Desk desk;
    desk.server.faults = {Answer(200, body)};
    desk.standard_input = Line("a");
    const Finished done = desk.Import();
    CHECK(done.code == 1);
    CHECK(Contains(done.err, "does not speak like a Heirloom server"));
  }
  Desk moved;
  moved.server.faults = {HttpResponse{301, {{"Location", "https://other/"}}, ""}};
  moved.standard_input = Line("a");
  CHECK(Contains(moved.Import().err, "points to another address: https://other/"));
}

TEST_CASE("a server that goes away for a while in the middle loses nothing") {
  Desk desk;
  desk.server.legacies = {{IdOf(1), "Ours"}};
  desk.standard_input = Line("a");
  for (const bool lost : {false, true}) {
    int asked = 0;
    ScriptedClient client([&](const HttpRequest& request) -> Result<HttpResponse> {
      if (request.method == "POST" && ++asked <= 4) {
        if (lost) static_cast<void>(desk.server.Handle(request));
        return NoAnswer();
      }
      return desk.server.Handle(request);
    });
    desk.server.stories.clear();
    const Finished done = desk.Import(client);
    CHECK(done.code == 0);
    CHECK(desk.server.stories.size() == 1);
    CHECK(Contains(done.out, lost ? R"("unchanged":1)" : R"("created":1)"));
    CHECK(Contains(done.err, R"({"retry":{"try":2,"pause_ms":)"));
  }
}

TEST_CASE("a server that stays away ends it with how far it came") {
  Desk desk;
  desk.server.legacies = {{IdOf(1), "Ours"}};
  int asked = 0;
  ScriptedClient client([&](const HttpRequest& request) -> Result<HttpResponse> {
    if (request.method == "POST" && ++asked > 1) return NoAnswer();
    return desk.server.Handle(request);
  });
  for (int i = 0; i < 60; ++i) desk.standard_input += Line("n" + std::to_string(i));
  const Finished done = desk.Import(client);
  CHECK(done.code == 1);
  CHECK(asked == 1 + 5);
  CHECK(done.out.empty());
  CHECK(Contains(done.err,
                 "heirloom: nobody answers there (until then: 50 created, 0 updated, 0 "
                 "unchanged, 0 skipped; run it again to go on)\n"));
}

TEST_CASE("an answer lost while the legacy was founded founds no second one") {
  Desk desk;
  desk.standard_input = Line("a");
  int founded = 0;
  ScriptedClient client([&](const HttpRequest& request) {
    Result<HttpResponse> answer = desk.server.Handle(request);
    if (request.url.ends_with("/legacies") && ++founded == 1) answer = NoAnswer();
    return answer;
  });
  CHECK(desk.Import(client).code == 0);
  CHECK(desk.server.legacies.size() == 1);
  CHECK(desk.server.stories.size() == 1);
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
