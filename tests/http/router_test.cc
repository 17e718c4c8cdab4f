#include "appliance/http/router.h"

#include <catch2/catch.hpp>

namespace heirloom::http {
namespace {

Handler Saying(const std::string& word) {
  return [word](Request&) { return Response::Json(200, word); };
}

// What the router would answer: the word of the handler it finds, or what it says instead.
std::string Ask(const Router& router, std::string_view method, std::string_view path) {
  const Router::Match match = router.Find(method, path);
  if (match.handler == nullptr) return match.allowed.empty() ? "404" : "405 " + match.allowed;
  Request request;
  std::string said = (*match.handler)(request).body;
  for (const auto& [name, value] : match.params) said += " " + name + "=" + value;
  return said;
}

TEST_CASE("a literal segment beats a parameter", "[http][router]") {
  Router router;
  router.Get("/stories/{id}", Saying("story"));
  router.Get("/stories/latest", Saying("latest"));
  CHECK(Ask(router, "GET", "/stories/latest") == "latest");
  CHECK(Ask(router, "GET", "/stories/other") == "story id=other");
}

TEST_CASE("a parameter is tried where the literal leads nowhere", "[http][router]") {
  Router router;
  router.Get("/a/b/d", Saying("literal"));
  router.Get("/a/{x}/c", Saying("parameter"));
  CHECK(Ask(router, "GET", "/a/b/c") == "parameter x=b");
  CHECK(Ask(router, "GET", "/a/b/d") == "literal");
  CHECK(Ask(router, "GET", "/a/b/e") == "404");
}

TEST_CASE("routes that share a parameter's place keep their own names for it", "[http][router]") {
  Router router;
  router.Get("/stories/{id}/revisions/{n}", Saying("revision"));
  router.Get("/stories/{story}/flags", Saying("flags"));
  CHECK(Ask(router, "GET", "/stories/7/revisions/2") == "revision id=7 n=2");
  CHECK(Ask(router, "GET", "/stories/7/flags") == "flags story=7");
}

TEST_CASE("a known path with another method names the methods there are", "[http][router]") {
  Router router;
  router.Get("/stories/{id}", Saying("read"));
  router.Patch("/stories/{id}", Saying("change"));
  CHECK(Ask(router, "DELETE", "/stories/1") == "405 GET, HEAD, PATCH, OPTIONS");
  CHECK(Ask(router, "OPTIONS", "/stories/1") == "405 GET, HEAD, PATCH, OPTIONS");
  CHECK(Ask(router, "DELETE", "/nothing") == "404");
}

TEST_CASE("HEAD is answered by what answers GET", "[http][router]") {
  Router router;
  router.Get("/x", Saying("x"));
  router.Post("/y", Saying("y"));
  CHECK(Ask(router, "HEAD", "/x") == "x");
  CHECK(Ask(router, "HEAD", "/y") == "405 POST, OPTIONS");
}

TEST_CASE("a trailing or doubled slash makes another path", "[http][router]") {
  Router router;
  router.Get("/", Saying("root"));
  router.Get("/x/{y}", Saying("x"));
  CHECK(Ask(router, "GET", "/") == "root");
  CHECK(Ask(router, "GET", "/x/1/") == "404");
  CHECK(Ask(router, "GET", "/x/") == "404");
  CHECK(Ask(router, "GET", "//x/1") == "404");
}

TEST_CASE("the fallback takes GET and HEAD of unknown paths alone", "[http][router]") {
  Router router;
  router.Post("/x", Saying("x"));
  router.Fallback(Saying("page"));
  CHECK(Ask(router, "GET", "/some/page") == "page");
  CHECK(Ask(router, "HEAD", "/some/page") == "page");
  CHECK(Ask(router, "POST", "/some/page") == "404");
  CHECK(Ask(router, "GET", "/x") == "405 POST, OPTIONS");
}

TEST_CASE("a route's own limit for bodies comes with the match", "[http][router]") {
  Router router;
  router.Get("/x", Saying("x"));
  router.Post("/x", Saying("x"), {.max_body = 17});
  CHECK(router.Find("POST", "/x").options.max_body == 17);
  CHECK(router.Find("GET", "/x").options.max_body == 0);
}

TEST_CASE("the routes can be listed for comparison with the contract", "[http][router]") {
  Router router;
  router.Post("/b", Saying("b"));
  router.Get("/b", Saying("b"));
  router.Get("/a/{id}", Saying("a"));
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"GET", "/a/{id}"}, {"GET", "/b"}, {"POST", "/b"}};
  CHECK(router.Routes() == expected);
}

TEST_CASE("a path with thousands of segments costs no more than it is long", "[http][router]") {
  Router router;
  router.Get("/{a}/{b}/{c}", Saying("three"));
  router.Get("/{a}/b/{c}", Saying("literal"));
  std::string path;
  for (int i = 0; i < 4000; ++i) path += "/b";
  CHECK(Ask(router, "GET", path) == "404");
}

}  // namespace
}  // namespace heirloom::http
