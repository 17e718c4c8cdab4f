// A request target: its path through the router, its query through the readers that lists use.
#include <string>

#include "appliance/base/random.h"
#include "appliance/base/text.h"
#include "appliance/http/message.h"
#include "appliance/http/request_head.h"
#include "appliance/http/router.h"
#include "tests/fuzz/fuzzer.h"

using heirloom::fuzz::Expect;
using namespace heirloom::http;

namespace {

Router& Routes() {
  static Router router;
  static const bool filled = [] {
    const Handler none = [](Request&) { return Response(); };
    for (const char* pattern :
         {"/", "/api/v1/stories", "/api/v1/stories/{id}", "/api/v1/stories/{id}/revisions/{n}",
          "/api/v1/stories/{id}/restore", "/a/{x}/c", "/a/b/d", "/{any}/x"}) {
      router.Get(pattern, none);
    }
    return true;
  }();
  (void)filled;
  return router;
}

void CheckRoute(const std::string& path) {
  const Router::Match match = Routes().Find("GET", path);
  if (match.handler == nullptr) return;
  std::string rebuilt = match.route;
  for (const auto& [name, value] : match.params) {
    Expect(!value.empty() && value.find('/') == std::string::npos, "a parameter is one segment");
    const std::string hole = "{" + name + "}";
    rebuilt.replace(rebuilt.find(hole), hole.size(), value);
  }
  Expect(rebuilt == path, "a route with its parameters is the path");
}

void CheckPage(const Request& request, std::size_t parts) {
  QueryReader query(request);
  const PageRequest page = ReadPage(query, parts);
  Expect(page.limit >= 1 && page.limit <= 100, "a limit is within its bounds");
  if (page.after.empty()) return;
  Expect(page.after.size() == parts, "a cursor has its parts");
  // What MakeCursor makes of it is read back the same.
  Request again;
  again.query.emplace_back("cursor", MakeCursor(page.after));
  QueryReader second(again);
  const PageRequest same = ReadPage(second, parts);
  if (second.Check()) Expect(same.after == page.after, "a cursor survives its round trip");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = heirloom::fuzz::AsText(data, size);
  RequestHead head;
  const std::string text = "GET " + std::string(input) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  if (text.find("\r\n") != text.size() - sizeof("\r\nHost: x\r\n\r\n") + 1) return 0;
  if (ParseHead(text, HeadLimits{}, head)) return 0;
  CheckRoute(head.path);

  Request request;
  request.query = head.query;
  for (const std::size_t parts : {1u, 2u, 3u}) CheckPage(request, parts);
  QueryReader query(request);
  if (const auto q = query.Text("q", 50)) {
    Expect(heirloom::CountCharacters(*q) <= 50, "a text is within its bounds");
  }
  Expect(query.Texts("tag", 5, 20).size() <= 5, "a list is within its bounds");
  if (const auto id = query.AnId("legacy")) Expect(heirloom::IsId(*id), "an id is one");
  const auto status = query.OneOf("status", {"draft", "published"});
  Expect(!status || *status == "draft" || *status == "published", "a choice is one of its words");
  query.RefuseUnknown();
  (void)query.Check().has_value();
  return 0;
}
