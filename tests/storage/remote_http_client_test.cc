#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <thread>

#include "storage/remote/http_client.h"
#include "storage/remote/http_url.h"
#include "tests/storage/scripted_server.h"
#include "tests/storage/tls_server.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tls_proxy.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;
using testing::Answer;
using testing::ScriptedServer;

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

HttpRequest Get(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  return request;
}

HttpRequest Post(std::string url, std::string body) {
  HttpRequest request = Get(std::move(url));
  request.method = "POST";
  request.body = std::move(body);
  return request;
}

TEST_CASE("a request arrives as it was made, and the answer with its status, fields and body") {
  ScriptedServer server([](const std::string&) {
    return Answer("{\"no\":1}", "404 Not Found", "Retry-After: 7\r\nX-Empty:\r\n");
  });
  const auto client = MakeHttpClient({});
  HttpRequest request = Post(server.Url("/a/../b?q=%2F"), std::string("x\0y", 3));
  request.headers = {{"X-One", "1"}, {"X-None", ""}, {"Content-Type", "text/plain"}};
  const auto answer = client->Send(request);
  REQUIRE(answer);
  CHECK(answer->status == 404);
  CHECK(answer->body == "{\"no\":1}");
  CHECK(answer->GetHeader("retry-after") == "7");
  CHECK(answer->GetHeader("X-Empty") == "");
  CHECK_FALSE(answer->GetHeader("X-Other"));
  const std::string sent = server.Requests().at(0);
  CHECK(sent.starts_with("POST /a/../b?q=%2F HTTP/1.1\r\n"));
  CHECK(Contains(sent, "\r\nX-One: 1\r\n"));
  CHECK(Contains(sent, "\r\nX-None:\r\n"));
  CHECK(Contains(sent, "\r\nContent-Type: text/plain\r\n"));
  CHECK_FALSE(Contains(sent, "Expect:"));
  CHECK(sent.ends_with(std::string("\r\n\r\nx\0y", 7)));
}

TEST_CASE("every method goes out under its name, with a body only where there is one") {
  ScriptedServer server([](const std::string& request) {
    const bool is_head = request.starts_with("HEAD");
    return is_head ? std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") : Answer("fine");
  });
  const auto client = MakeHttpClient({});
  for (const std::string method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}) {
    HttpRequest request = Get(server.Url("/"));
    request.method = method;
    const auto answer = client->Send(request);
    REQUIRE(answer);
    CHECK(answer->body == (method == "HEAD" ? "" : "fine"));
    const std::string sent = server.Requests().back();
    CHECK(sent.starts_with(method + " / "));
    const bool says_length = Contains(sent, "Content-Length: 0");
    CHECK(says_length == (method == "POST" || method == "PUT" || method == "PATCH"));
    CHECK_FALSE(Contains(sent, "Content-Type"));
  }
}

TEST_CASE("a second request uses the connection of the first") {
  ScriptedServer server([](const std::string&) { return Answer("ok"); });
  const auto client = MakeHttpClient({});
  for (int i = 0; i < 5; ++i) REQUIRE(client->Send(Get(server.Url("/"))));
  CHECK(server.connections() == 1);
}

TEST_CASE("what one request set does not show in the next on the same connection") {
  ScriptedServer server([](const std::string&) { return Answer("ok"); });
  const auto client = MakeHttpClient({});
  HttpRequest first = Post(server.Url("/"), "body");
  first.headers = {{"Authorization", "Bearer secret"}};
  REQUIRE(client->Send(first));
  REQUIRE(client->Send(Get(server.Url("/"))));
  const std::string second = server.Requests().at(1);
  CHECK(second.starts_with("GET / "));
  CHECK_FALSE(Contains(second, "secret"));
  CHECK_FALSE(Contains(second, "body"));
}

TEST_CASE("many threads may use one client") {
  ScriptedServer server([](const std::string& request) {
    return Answer(request.substr(4, request.find(' ', 4) - 4));
  });
  const auto client =
      MakeHttpClient({.user_agent = "t", .ca_file = "", .ca_folder = "", .max_idle_handles = 2});
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 6; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 20; ++i) {
          const std::string path = "/" + std::to_string(t) + "/" + std::to_string(i);
          const auto answer = client->Send(Get(server.Url(path)));
          right += answer && answer->body == path ? 1 : 0;
        }
      });
    }
  }
  CHECK(right == 120);
}

TEST_CASE("an answer longer than allowed is refused, announced or not, and so is an endless head") {
  ScriptedServer server([](const std::string& request) {
    if (request.starts_with("GET /announced")) return Answer(std::string(1001, 'x'));
    if (request.starts_with("GET /exact")) return Answer(std::string(1000, 'x'));
    if (request.starts_with("GET /head")) {
      std::string head = "HTTP/1.1 200 OK\r\n";
      for (int i = 0; i < 4000; ++i) head += "X-Filler: " + std::string(90, 'x') + "\r\n";
      return "close:" + head + "Content-Length: 0\r\n\r\n";
    }
    return "close:HTTP/1.1 200 OK\r\n\r\n" + std::string(1u << 20, 'x');
  });
  const auto client = MakeHttpClient({});
  for (const std::string path : {"/announced", "/unannounced", "/head"}) {
    HttpRequest request = Get(server.Url(path));
    request.max_response_bytes = 1000;
    const auto answer = client->Send(request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::kTooLarge);
  }
  HttpRequest request = Get(server.Url("/exact"));
  request.max_response_bytes = 1000;
  REQUIRE(client->Send(request));
}

TEST_CASE("no answer in time, none at all and half of one are kUnavailable") {
  const auto client = MakeHttpClient({});
  ScriptedServer server([](const std::string& request) {
    if (request.starts_with("GET /never")) return std::string();
    if (request.starts_with("GET /half")) {
      return std::string("close:HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    }
    return std::string("close:");
  });
  for (const std::string path : {"/never", "/half", "/nothing"}) {
    HttpRequest request = Get(server.Url(path));
    request.timeout = milliseconds(300);
    const auto answer = client->Send(request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::kUnavailable);
  }
  std::string gone;
  {
    gone = ScriptedServer([](const std::string&) { return Answer(""); }).Url("/");
  }
  const auto refused = client->Send(Get(gone));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kUnavailable);
  CHECK(Contains(refused.error().message, "nobody answers there"));
}

TEST_CASE("an exchange that is stopped ends") {
  std::stop_source source;
  ScriptedServer server([&](const std::string&) {
    source.request_stop();
    return std::string();
  });
  HttpRequest request = Get(server.Url("/"));
  request.stop = source.get_token();
  request.timeout = std::chrono::minutes(2);
  const auto answer = MakeHttpClient({})->Send(request);
  REQUIRE_FALSE(answer);
  CHECK(Contains(answer.error().message, "stopped"));
}

TEST_CASE("redirects are followed on the same server only, for reading only, and not for ever") {
  ScriptedServer elsewhere([](const std::string&) { return Answer("elsewhere"); });
  ScriptedServer server([&](const std::string& request) {
    const auto to = [](const std::string& where) {
      return Answer("", "302 Found", "Location: " + where + "\r\n");
    };
    if (Contains(request, " /away")) return to(elsewhere.Url("/"));
    if (Contains(request, " /home")) return to("/target");
    if (Contains(request, " /round")) return to("/round");
    if (Contains(request, " /file")) return to("file:///etc/hostname");
    return Answer("target");
  });
  const auto client = MakeHttpClient({});
  CHECK(client->Send(Get(server.Url("/home"))).value().body == "target");
  const auto away = client->Send(Get(server.Url("/away"))).value();
  CHECK(away.status == 302);
  CHECK(away.GetHeader("Location") == elsewhere.Url("/"));
  CHECK(elsewhere.connections() == 0);
  CHECK(client->Send(Get(server.Url("/round"))).value().status == 302);
  CHECK(client->Send(Get(server.Url("/file"))).value().status == 302);
  CHECK(client->Send(Post(server.Url("/home"), "once")).value().status == 302);
  CHECK(server.Requests().size() == 2 + 1 + 4 + 1 + 1);
}

TEST_CASE("a proxy of the environment is not asked about this machine") {
  ScriptedServer proxy([](const std::string&) { return Answer("from the proxy"); });
  ScriptedServer server([](const std::string&) { return Answer("from the server"); });
  setenv("http_proxy", proxy.Url("").c_str(), 1);
  const auto direct = MakeHttpClient({})->Send(Get(server.Url("/")));
  const auto proxied = MakeHttpClient({})->Send(Get("http://heirloom.example/"));
  unsetenv("http_proxy");
  CHECK(direct.value().body == "from the server");
  CHECK(proxied.value().body == "from the proxy");
}

TEST_CASE("what cannot be sent is refused before anybody is asked") {
  const auto client = MakeHttpClient({});
  for (const std::string url :
       {"", "127.0.0.1:80/", "ftp://127.0.0.1/", "file:///etc/passwd", "http://",
        "http://name:hunter2@127.0.0.1:1/", "http://127.0.0.1:99999/", "http://a b/"}) {
    INFO(url);
    const auto answer = client->Send(Get(url));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::kInvalidArgument);
    CHECK_FALSE(Contains(answer.error().message, "hunter2"));
  }
  for (const HttpHeader& header : std::vector<HttpHeader>{
           {"X-A", "1\r\nX-B: 2"}, {"X-A\r\nX-B", "1"}, {"X A", "1"}, {"", "1"}}) {
    HttpRequest request = Get("http://127.0.0.1:1/");
    request.headers.push_back(header);
    CHECK(client->Send(request).error().code == ErrorCode::kInvalidArgument);
  }
  HttpRequest request = Get("http://127.0.0.1:1/");
  request.method = "GET / HTTP/1.1\r\nX: ";
  CHECK(client->Send(request).error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("an error names the place and no secret") {
  HttpRequest request = Get("http://127.0.0.1:1/path?token=hunter2#hunter3");
  request.headers = {{"Authorization", "Bearer hunter4"}};
  request.body = "hunter5";
  const auto answer = MakeHttpClient({})->Send(request);
  REQUIRE_FALSE(answer);
  CHECK(Contains(answer.error().message, "http://127.0.0.1:1/path"));
  CHECK_FALSE(Contains(answer.error().message, "hunter"));
}

TEST_CASE("a certificate counts only when it is trusted, of today, and names the server") {
  using testing::TlsProxy;
  const testing::TempFolder folder;
  const testing::TempFolder elsewhere;
  const testing::PrivateCa ca(folder.Path());
  const testing::PrivateCa other(elsewhere.Path(), "another authority");
  ScriptedServer server([](const std::string&) { return Answer("behind TLS"); });
  const auto ask = [](const std::string& url, const std::string& ca_file) {
    HttpClientOptions options;
    options.ca_file = ca_file;
    return MakeHttpClient(options)->Send(Get(url));
  };
  const TlsProxy right(ca, server.Url(""));
  CHECK(ask(right.Url(), ca.file()).value().body == "behind TLS");
  for (const std::string& file : {other.file(), std::string(), std::string(folder / "none.pem")}) {
    const auto answer = ask(right.Url(), file);
    CHECK(answer.error().code == ErrorCode::kForbidden);
    CHECK(Contains(answer.error().message, "trusted"));
  }
  for (const auto flaw : {TlsProxy::Certificate::kExpired, TlsProxy::Certificate::kOfAnother}) {
    const TlsProxy wrong(ca, server.Url(""), flaw);
    const auto answer = ask(wrong.Url(), ca.file());
    CHECK(answer.error().code == ErrorCode::kForbidden);
    CHECK(Contains(answer.error().message, "its certificate is not trusted"));
  }
  // The same name and another key: OpenSSL calls it a broken signature, curl no secure connection.
  const testing::TempFolder forged;
  const testing::PrivateCa namesake(forged.Path());
  const auto refused = ask(right.Url(), namesake.file());
  REQUIRE_FALSE(refused);
  CHECK(Contains(refused.error().message, "no secure connection came about"));
  CHECK(ask(right.PlainUrl(), ca.file()).error().code == ErrorCode::kUnavailable);
  const std::string secured = "https" + server.Url("/").substr(4);
  CHECK(ask(secured, ca.file()).error().code == ErrorCode::kUnavailable);
  CHECK(server.Requests().size() <= 2);  // One by the right way; one may be a TLS hello, as it is.
}

TEST_CASE("a server that hangs up on an upload behind TLS is no reason to die of SIGPIPE") {
  const testing::TempFolder folder;
  const testing::PrivateCa ca(folder.Path());
  const testing::TlsServer server(ca, testing::TlsServer::Manner::kHangsUp);
  HttpClientOptions options;
  options.ca_file = ca.file();
  const auto client = MakeHttpClient(options);
  for (int i = 0; i < 20; ++i) {
    const auto answer = client->Send(Post(server.Url(), std::string(4u << 20, 'x')));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::kUnavailable);
  }
}

TEST_CASE("a URL is taken apart as it is asked") {
  const auto url = HttpUrl::Parse("HTTPS://Example.ORG/a?b#c").value();
  CHECK(url.Shown() == "https://example.org/a");
  CHECK(url.SameServer(HttpUrl::Parse("https://example.org:443/other").value()));
  CHECK_FALSE(url.SameServer(HttpUrl::Parse("http://example.org/a").value()));
  CHECK_FALSE(url.SameServer(HttpUrl::Parse("https://example.org:444/a").value()));
  for (const std::string here : {"http://localhost/", "http://LOCALHOST:1/", "http://a.localhost/",
                                 "http://127.0.0.1/", "http://127.1/", "http://[::1]:80/"}) {
    INFO(here);
    CHECK(HttpUrl::Parse(here).value().IsLoopback());
  }
  for (const std::string there : {"http://example.org/", "http://127.0.0.1.example.org/",
                                  "http://notlocalhost/", "http://10.0.0.1/"}) {
    INFO(there);
    CHECK_FALSE(HttpUrl::Parse(there).value().IsLoopback());
  }
}

}  // namespace
}  // namespace heirloom
