#include "appliance/http/body_reader.h"

#include <catch2/catch.hpp>

namespace heirloom::http {
namespace {

struct Outcome {
  std::string body;
  std::string rest;  // What does not belong to the body.
  int status = 0;    // 0: more is wanted, 200: done, else refused.
};

// Feeds `wire` in pieces of `step` bytes, keeping what was not used, as a connection does.
Outcome Read(const RequestHead& head, std::size_t max_body, std::string_view wire,
             std::size_t step) {
  BodyReader reader(head, max_body);
  Outcome outcome;
  while (!reader.done() && (!wire.empty() || outcome.rest.empty())) {
    outcome.rest.append(wire.substr(0, step));
    wire.remove_prefix(std::min(step, wire.size()));
    std::size_t used = 0;
    if (const auto refusal = reader.Read(outcome.rest, used, outcome.body)) {
      outcome.status = refusal->status;
      return outcome;
    }
    outcome.rest.erase(0, used);
    if (wire.empty()) break;
  }
  outcome.rest.append(wire);
  outcome.status = reader.done() ? 200 : 0;
  return outcome;
}

RequestHead Chunked() {
  RequestHead head;
  head.chunked = true;
  return head;
}

RequestHead OfLength(std::uint64_t length) {
  RequestHead head;
  head.content_length = length;
  return head;
}

TEST_CASE("a body ends where its length says, however it is cut up", "[http][body]") {
  for (std::size_t step = 1; step <= 15; ++step) {
    const Outcome outcome = Read(OfLength(10), 10, "0123456789NEXT", step);
    CHECK(outcome.status == 200);
    CHECK(outcome.body == "0123456789");
    CHECK(outcome.rest == "NEXT");
  }
  CHECK(Read(OfLength(10), 10, "012345678", 4).status == 0);
  CHECK(Read(OfLength(11), 10, "0", 4).status == 413);
}

TEST_CASE("a chunked body is put together, however it is cut up", "[http][body]") {
  const std::string wire =
      "5\r\nhello\r\n00B;name=value\r\n, my\r\nworld\r\n0\r\nTrailer: x\r\n\r\nNEXT";
  for (std::size_t step = 1; step <= wire.size(); ++step) {
    INFO(step);
    const Outcome outcome = Read(Chunked(), 100, wire, step);
    CHECK(outcome.status == 200);
    CHECK(outcome.body == "hello, my\r\nworld");
    CHECK(outcome.rest == "NEXT");
  }
}

TEST_CASE("chunks may fill the limit and not a byte more", "[http][body]") {
  CHECK(Read(Chunked(), 10, "5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n", 100).status == 200);
  CHECK(Read(Chunked(), 10, "5\r\nhello\r\n6\r\n", 100).status == 413);
  CHECK(Read(Chunked(), 10, "fffffffffff\r\n", 100).status == 413);
  CHECK(Read(Chunked(), 10, "ffffffffffffffff\r\n", 100).status == 400);
}

TEST_CASE("a chunk that is longer than it says is refused", "[http][body]") {
  CHECK(Read(Chunked(), 100, "5\r\nhelloX\r\n0\r\n\r\n", 100).status == 400);
  CHECK(Read(Chunked(), 100, "5\r\nhello0\r\n\r\n", 100).status == 400);
}

TEST_CASE("lines of a chunked body that never end are refused", "[http][body]") {
  CHECK(Read(Chunked(), 100, std::string(10'000, '1'), 64).status == 400);
  CHECK(Read(Chunked(), 100, "0\r\nX: " + std::string(10'000, 'y'), 64).status == 400);
  std::string trailers = "0\r\n";
  for (int i = 0; i < 1000; ++i) trailers += "X: yyyyyyyyyyyyyyyy\r\n";
  CHECK(Read(Chunked(), 100, trailers, 64).status == 431);
}

}  // namespace
}  // namespace heirloom::http
