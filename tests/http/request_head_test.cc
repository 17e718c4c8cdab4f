#include "appliance/http/request_head.h"

#include <catch2/catch.hpp>

namespace heirloom::http {
namespace {

RequestHead Parsed(std::string_view text) {
  RequestHead head;
  const std::optional<Refusal> refusal = ParseHead(text, {}, head);
  INFO((refusal ? refusal->detail : std::string()));
  REQUIRE_FALSE(refusal);
  return head;
}

int StatusFor(std::string_view text, const HeadLimits& limits = {}) {
  RequestHead head;
  const std::optional<Refusal> refusal = ParseHead(text, limits, head);
  return refusal ? refusal->status : 200;
}

TEST_CASE("a head is taken apart into what it says", "[http][head]") {
  const RequestHead head = Parsed(
      "PATCH /stories/a%20b?x=1&y=%C3%A4 HTTP/1.1\r\n"
      "Host: example.org:8080\r\n"
      "X-Padded:  \t value \t \r\n"
      "X-Empty:\r\n"
      "Content-Length: 12\r\n\r\n");
  CHECK(head.method == "PATCH");
  CHECK(head.path == "/stories/a b");
  CHECK(head.query == std::vector<std::pair<std::string, std::string>>{{"x", "1"}, {"y", "ä"}});
  CHECK(head.host == "example.org:8080");
  CHECK(head.content_length == 12);
  CHECK(head.HasBody());
  CHECK_FALSE(head.chunked);
  CHECK_FALSE(head.close);
  REQUIRE(head.headers.size() == 4);
  CHECK(head.headers[1].value == "value");
  CHECK(head.headers[2].value.empty());
}

TEST_CASE("chunked, continue and close are noticed in any case", "[http][head]") {
  const RequestHead head = Parsed(
      "POST / HTTP/1.1\r\nHOST: x\r\ntransfer-encoding: Chunked\r\nexpect: 100-Continue\r\n"
      "connection: upgrade , CLOSE\r\n\r\n");
  CHECK(head.chunked);
  CHECK(head.expect_continue);
  CHECK(head.close);
}

TEST_CASE("an HTTP/1.0 client is closed on and expects nothing", "[http][head]") {
  const RequestHead head = Parsed("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n");
  CHECK(head.close);
  CHECK_FALSE(head.expect_continue);
}

TEST_CASE("the target's length is limited exactly", "[http][head]") {
  const HeadLimits limits{.max_target = 10};
  CHECK(StatusFor("GET /123456789 HTTP/1.1\r\nHost: x\r\n\r\n", limits) == 200);
  CHECK(StatusFor("GET /1234567890 HTTP/1.1\r\nHost: x\r\n\r\n", limits) == 414);
}

TEST_CASE("a host has a name, perhaps a port, and nothing else", "[http][head]") {
  for (const char* good : {"a", "a.example", "127.0.0.1:80", "[::1]", "[::1]:8080", "a:"}) {
    INFO(good);
    CHECK(IsHost(good));
  }
  for (const char* bad :
       {"", ":80", "a:80:80", "a b", "[]", "[::1", "::1]", "a:x", "a/b", "[g::]x"}) {
    INFO(bad);
    CHECK_FALSE(IsHost(bad));
  }
}

// Feeds `text` in pieces of `step` bytes, as a socket would.
std::optional<Refusal> Scan(HeadScanner& scanner, std::string_view text, std::size_t step) {
  for (std::size_t n = 0; n < text.size() && scanner.end() == 0;) {
    n = std::min(n + step, text.size());
    if (std::optional<Refusal> refusal = scanner.Scan(text.substr(0, n))) return refusal;
  }
  return std::nullopt;
}

TEST_CASE("the end of a head is found however it is cut up", "[http][head]") {
  const std::string head = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string text = "\r\n" + head + "POST /next";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    INFO(step);
    HeadScanner scanner({});
    REQUIRE_FALSE(Scan(scanner, text, step));
    CHECK(scanner.begin() == 2);
    CHECK(scanner.end() == 2 + head.size());
  }
}

TEST_CASE("a head over its limits is refused before it ends", "[http][head]") {
  const HeadLimits limits{.max_bytes = 200, .max_headers = 3, .max_target = 20};
  const auto status = [&](std::string_view text, std::size_t step) {
    HeadScanner scanner(limits);
    const std::optional<Refusal> refusal = Scan(scanner, text, step);
    return refusal ? refusal->status : 200;
  };
  for (const std::size_t step : {1, 7, 1000}) {
    INFO(step);
    CHECK(status("GET / HTTP/1.1\r\na: b\r\na: b\r\na: b\r\n\r\n", step) == 200);
    CHECK(status("GET / HTTP/1.1\r\na: b\r\na: b\r\na: b\r\na: b\r\n", step) == 431);
    CHECK(status("GET / HTTP/1.1\r\na: " + std::string(250, 'b'), step) == 431);
    CHECK(status("GET /" + std::string(90, 'b'), step) == 414);
    CHECK(status("GET / HTTP/1.1\n", step) == 400);
    CHECK(status("\x16\x03\x01", step) == 400);
    CHECK(status(std::string(100, '\r') + "\n", step) == 400);
  }
}

}  // namespace
}  // namespace heirloom::http
