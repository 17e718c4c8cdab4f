#include <zlib.h>

#include <catch2/catch.hpp>

#include "storage/remote/http_client.h"
#include "tests/storage/scripted_server.h"

namespace heirloom {
namespace {

using testing::Answer;
using testing::ScriptedServer;

HttpRequest To(const ScriptedServer& server, std::string method = "GET") {
  HttpRequest request;
  request.method = std::move(method);
  request.url = server.Url("/");
  request.timeout = std::chrono::seconds(20);
  return request;
}

// `text` in pieces of at most `most` bytes; its position is the caller's to see.
HttpUpload Pieces(const std::string& text, std::size_t& at, std::size_t most) {
  return {text.size(),
          [&text, &at, most](std::span<char> to) -> Result<std::size_t> {
            const std::size_t size = std::min({most, to.size(), text.size() - at});
            std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), size, to.begin());
            at += size;
            return size;
          },
          [&at]() -> Status {
            at = 0;
            return {};
          }};
}

std::string Gzip(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  std::string input = text;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

TEST_CASE("no answer that was cut is taken for whole, wherever the cut is") {
  const std::string whole = Answer("body", "200 OK", "Content-Type: text/plain\r\n");
  std::size_t bytes = 0;
  ScriptedServer server([&](const std::string&) { return "close:" + whole.substr(0, bytes); });
  const auto client = MakeHttpClient({});
  for (bytes = 0; bytes < whole.size(); ++bytes) {
    INFO("after " << bytes << " of " << whole.size() << " bytes");
    const auto answer = client->Send(To(server));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::kUnavailable);
  }
  CHECK(client->Send(To(server)).value().body == "body");
}

TEST_CASE("an answer in chunks that was cut is not taken for whole either") {
  const std::string whole =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n";
  std::size_t bytes = 0;
  ScriptedServer server([&](const std::string&) { return "close:" + whole.substr(0, bytes); });
  const auto client = MakeHttpClient({});
  // The last chunk says that it is over; only an empty line follows.
  for (bytes = 1; bytes < whole.size() - 4; ++bytes) {
    INFO("after " << bytes << " bytes");
    CHECK_FALSE(client->Send(To(server)));
  }
  bytes = whole.size();
  CHECK(client->Send(To(server)).value().body == "body");
}

TEST_CASE("an answer that tells no length is refused by who wants to know") {
  ScriptedServer server([](const std::string& request) {
    if (request.starts_with("HEAD")) return std::string("HTTP/1.1 200 OK\r\n\r\n");
    if (request.starts_with("DELETE")) return std::string("HTTP/1.1 204 No Content\r\n\r\n");
    return std::string("close:HTTP/1.1 200 OK\r\n\r\nall, or some");
  });
  const auto client = MakeHttpClient({});
  HttpRequest request = To(server);
  CHECK(client->Send(request).value().body == "all, or some");
  request.framed_only = true;
  CHECK(client->Send(request).error().code == ErrorCode::kUnavailable);
  for (const std::string method : {"HEAD", "DELETE"}) {
    request.method = method;
    CHECK(client->Send(request));
  }
}

TEST_CASE("a long answer goes to its sink piece by piece, and an error's body does not") {
  const std::string text(3u << 20, 'x');
  ScriptedServer server([&](const std::string& request) {
    return request.starts_with("PUT") ? Answer("no", "404 Not Found") : Answer(text);
  });
  const auto client = MakeHttpClient({});
  std::string got;
  std::size_t largest = 0;
  HttpRequest request = To(server);
  request.max_response_bytes = 100;
  request.sink = [&](std::string_view piece) -> Status {
    got += piece;
    largest = std::max(largest, piece.size());
    return {};
  };
  const auto answer = client->Send(request);
  CHECK(answer.value().body.empty());
  CHECK(got == text);
  CHECK(largest <= 1u << 20);
  got.clear();
  request.method = "PUT";
  CHECK(client->Send(request).value().body == "no");
  CHECK(got.empty());
}

TEST_CASE("a sink's error ends the exchange and is its result") {
  ScriptedServer server([](const std::string&) { return Answer(std::string(1u << 20, 'x')); });
  HttpRequest request = To(server);
  request.sink = [](std::string_view) -> Status { return Fail(ErrorCode::kInternal, "disk full"); };
  const auto answer = MakeHttpClient({})->Send(request);
  CHECK(answer.error().code == ErrorCode::kInternal);
  CHECK(answer.error().message == "disk full");
}

TEST_CASE("an upload in pieces arrives whole, with its length and any bytes") {
  std::string text = "\r\n\r\n";
  for (int i = 0; i < 300'000; ++i) text += static_cast<char>(i * 7);
  ScriptedServer server([](const std::string&) { return Answer("ok"); });
  const auto client = MakeHttpClient({});
  for (const std::string method : {"PUT", "POST"}) {
    std::size_t at = 0;
    HttpRequest request = To(server, method);
    request.upload = Pieces(text, at, 4'999);
    REQUIRE(client->Send(request));
    const std::string sent = server.Requests().back();
    CHECK(sent.starts_with(method + " / HTTP/1.1\r\n"));
    CHECK(sent.find("Content-Length: " + std::to_string(text.size())) != std::string::npos);
    CHECK(sent.substr(sent.size() - text.size()) == text);
    CHECK(sent.find("Expect") == std::string::npos);
  }
}

TEST_CASE("an upload that ends early or fails ends the exchange, and one too long is not sent on") {
  ScriptedServer server([](const std::string&) { return Answer("ok"); });
  const auto client = MakeHttpClient({});
  HttpRequest request = To(server, "PUT");
  request.upload =
      HttpUpload{10, [](std::span<char>) -> Result<std::size_t> { return 0; }, nullptr};
  CHECK(client->Send(request).error().code == ErrorCode::kInternal);
  request.upload->read = [](std::span<char>) -> Result<std::size_t> {
    return Fail(ErrorCode::kNotFound, "the file is gone");
  };
  CHECK(client->Send(request).error().message == "the file is gone");
  request.upload->read = [](std::span<char> to) -> Result<std::size_t> {
    std::fill(to.begin(), to.end(), 'y');
    return to.size();
  };
  REQUIRE(client->Send(request));
  CHECK(server.Requests().back().ends_with("\r\n\r\nyyyyyyyyyy"));
  request.body = "two bodies";
  CHECK(client->Send(request).error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("a compressed answer is unpacked where it was asked for, within its limit") {
  const std::string text(100'000, 'z');
  ScriptedServer server([&](const std::string& request) {
    const bool offered = request.find("Accept-Encoding: ") != std::string::npos;
    return offered ? Answer(Gzip(text), "200 OK", "Content-Encoding: gzip\r\n") : Answer("plain");
  });
  const auto client = MakeHttpClient({});
  HttpRequest request = To(server);
  CHECK(client->Send(request).value().body == "plain");
  request.compressed = true;
  CHECK(client->Send(request).value().body == text);
  request.max_response_bytes = text.size() - 1;
  CHECK(client->Send(request).error().code == ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace heirloom
