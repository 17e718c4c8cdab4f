#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/cli/import_desk.h"
#include "tests/support/temp_folder.h"

namespace heirloom::cli {
namespace {

using namespace heirloom::testing;

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

}  // namespace
}  // namespace heirloom::cli
