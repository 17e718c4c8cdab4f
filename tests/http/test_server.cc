// A server with a few routes, to be attacked by tests/http/*.py. Prints "listening on PORT" (and
// whether a sanitizer makes its memory many times larger) and serves until its standard input ends,
// so that it never outlives the test that started it.
//
//   http_test_server [NAME=NUMBER…]      names of ServerOptions, times in milliseconds
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "appliance/base/json.h"
#include "appliance/http/problem.h"
#include "appliance/http/server.h"
#include "appliance/http/sse.h"

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::string_view kBuild = " sanitized";
#else
constexpr std::string_view kBuild = "";
#endif

using heirloom::http::QueryReader;
using heirloom::http::Request;
using heirloom::http::Response;

// The subscribers of /events.
class Subscribers {
 public:
  Response Subscribe() {
    auto stream = heirloom::http::NewEventStream([this] { ++gone_; });
    stream->Send("retry: 3000\n\n");
    Response response;
    response.headers.push_back({"Content-Type", "text/event-stream"});
    response.stream = stream;
    const std::lock_guard lock(mutex_);
    streams_.push_back(std::move(stream));
    return response;
  }

  Response Publish(const std::string& text) {
    const std::lock_guard lock(mutex_);
    const std::string frame = heirloom::http::EventFrame("1", "said", text);
    for (const auto& stream : streams_) stream->Send(frame);
    return Response::NoContent();
  }

  void CloseAll() {
    const std::lock_guard lock(mutex_);
    for (const auto& stream : streams_) stream->Close();
  }

  std::int64_t gone() const { return gone_; }

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<heirloom::http::EventStream>> streams_;
  std::atomic<std::int64_t> gone_{0};
};

Response Text(std::string body) {
  Response response;
  response.headers.push_back({"Content-Type", "text/plain"});
  response.body = std::move(body);
  return response;
}

// All that the listener made of the request.
Response Echo(Request& request) {
  heirloom::JsonWriter json;
  json.BeginObject().Member("method", request.method).Member("path", request.path);
  json.Member("host", request.host).Member("address", request.remote_address);
  json.Key("secure").Bool(request.secure);
  json.Key("query").BeginArray();
  for (const auto& [name, value] : request.query) json.String(name + "=" + value);
  json.EndArray().Key("headers").BeginArray();
  for (const auto& header : request.headers) json.String(header.name + ": " + header.value);
  json.EndArray().Member("body", request.body).EndObject();
  return Response::Json(200, json.Take());
}

Response Sleep(Request& request) {
  QueryReader query(request);
  const auto span = std::chrono::milliseconds(query.Integer("ms", 0, 10'000, 0));
  std::this_thread::sleep_for(span);  // Stands for a slow handler.
  return Text("slept");
}

constexpr std::size_t kDownloadBytes = 64u << 20;

// Without a name. What byte `i` is follows from `i`, so that a reader can check any stretch.
heirloom::http::UniqueFd TemporaryFile(std::size_t size) {
  char name[] = "/tmp/heirloom-download-XXXXXX";
  heirloom::http::UniqueFd fd(::mkstemp(name));
  ::unlink(name);
  std::string piece;
  while (size > 0) {
    piece.assign(std::min<std::size_t>(size, 1u << 20), '\0');
    for (std::size_t i = 0; i < piece.size(); ++i) piece[i] = static_cast<char>(i % 251);
    if (::write(fd.get(), piece.data(), piece.size()) != static_cast<ssize_t>(piece.size())) break;
    size -= piece.size();
  }
  return fd;
}

// A descriptor of its own for each answer, as a route that opens a file has.
Response Download(const heirloom::http::UniqueFd& file, std::uint64_t claimed_size) {
  heirloom::http::UniqueFd fd(::fcntl(file.get(), F_DUPFD_CLOEXEC, 0));
  Response response;
  response.headers.push_back({"Content-Type", "application/zip"});
  response.headers.push_back({"ETag", "\"d1\""});
  response.file = heirloom::http::FileBody(std::move(fd), 0, claimed_size);
  return response;
}

Response Inject(Request& request) {
  QueryReader query(request);
  return Text("").Set("X-Injected", query.Text("value", 1000).value_or(""));
}

void AddRoutes(heirloom::http::Router& router, Subscribers& subscribers) {
  const auto shared = std::make_shared<const std::string>(32u << 20, 'x');
  router.Get("/json", [](Request&) { return Response::Json(200, R"({"id":42})"); });
  router.Get("/secret", [](Request&) { return Text("SMUGGLED"); });
  router.Get("/echo", Echo);
  router.Get("/echo/{name}", Echo);
  router.Post("/echo", Echo);
  router.Get("/sleep", Sleep);
  router.Get("/inject", Inject);
  router.Get("/throw", [](Request&) -> Response { throw std::runtime_error("the inner secret"); });
  router.Get("/file", [shared](Request&) {
    Response response = Text("");
    response.shared_body = shared;
    return response;
  });
  router.Get("/story", [](Request&) {
    std::string words;
    for (int i = 0; i < 500; ++i) words += "word " + std::to_string(i) + " ";
    heirloom::JsonWriter json;
    json.BeginObject().Member("text", words).EndObject();
    return Response::Json(200, json.Take()).Set("ETag", heirloom::http::ETagOf(7));
  });
  router.Get("/asset", [](Request&) {
    Response response = Text("").Set("ETag", "\"a1\"");
    response.shared_body = std::make_shared<const std::string>("0123456789");
    return response;
  });
  const auto file = std::make_shared<heirloom::http::UniqueFd>(TemporaryFile(kDownloadBytes));
  router.Get("/download", [file](Request&) { return Download(*file, kDownloadBytes); });
  router.Get("/download/empty", [file](Request&) { return Download(*file, 0); });
  // As if somebody had cut the file meanwhile.
  router.Get("/download/short", [file](Request&) { return Download(*file, kDownloadBytes + 1); });
  router.Get("/large", [](Request&) { return Text(std::string(8u << 20, 'y')); });
  router.Get("/not-modified", [](Request&) {
    Response response;
    response.status = 304;
    return response.Set("ETag", "\"v1\""), response;
  });
  router.Post("/length", [](Request& r) { return Text(std::to_string(r.body.size())); });
  router.Post("/small", [](Request& r) { return Text(r.body); }, {.max_body = 100});
  router.Post("/deny", [](Request& request) {
    return heirloom::http::Problem(request, {heirloom::ErrorCode::kUnauthenticated, "No.", {}});
  });
  router.Delete("/thing", [](Request&) { return Response::NoContent(); });
  router.Get("/events", [&](Request&) { return subscribers.Subscribe(); });
  router.Post("/publish", [&](Request& request) { return subscribers.Publish(request.body); });
  router.Post("/close", [&](Request&) {
    subscribers.CloseAll();
    return Response::NoContent();
  });
}

Response ShowStats(const heirloom::http::ServerStats& stats, std::int64_t gone) {
  heirloom::JsonWriter json;
  json.BeginObject();
  json.Member("connections", static_cast<std::int64_t>(stats.connections));
  json.Member("parked", static_cast<std::int64_t>(stats.parked));
  json.Member("threads", static_cast<std::int64_t>(stats.threads));
  json.Member("queued", static_cast<std::int64_t>(stats.queued));
  json.Member("streams", static_cast<std::int64_t>(stats.streams));
  json.Member("refused", static_cast<std::int64_t>(stats.refused));
  json.Member("gone", gone);
  json.EndObject();
  return Response::Json(200, json.Take());
}

bool SetOption(heirloom::http::ServerOptions& options, std::string_view argument) {
  const std::map<std::string_view, std::chrono::milliseconds*> times = {
      {"head_deadline", &options.head_deadline},
      {"body_deadline", &options.body_deadline},
      {"write_timeout", &options.write_timeout},
      {"idle_timeout", &options.idle_timeout}};
  const std::map<std::string_view, std::size_t*> sizes = {
      {"max_connections", &options.max_connections},
      {"min_threads", &options.min_threads},
      {"max_threads", &options.max_threads},
      {"max_queue", &options.max_queue},
      {"max_buffered_bytes", &options.max_buffered_bytes}};
  const std::size_t equals = argument.find('=');
  const std::string_view name = argument.substr(0, equals);
  if (equals == std::string_view::npos) return false;
  const std::string value(argument.substr(equals + 1));
  if (name == "trusted_proxy") {
    options.trusted_proxies.push_back(value);
  } else if (const auto time = times.find(name); time != times.end()) {
    *time->second = std::chrono::milliseconds(std::stol(value));
  } else if (const auto size = sizes.find(name); size != sizes.end()) {
    *size->second = std::stoul(value);
  } else {
    return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  heirloom::http::ServerOptions options;
  for (int i = 1; i < argc; ++i) {
    if (!SetOption(options, argv[i])) {
      std::cerr << "unknown option " << argv[i] << "\n";
      return 2;
    }
  }
  heirloom::SystemClock clock;
  heirloom::SystemRandom random;
  heirloom::IdSource ids(clock, random);
  Subscribers subscribers;
  heirloom::http::Router router;
  AddRoutes(router, subscribers);
  heirloom::http::Server server(options, router, clock, ids);
  router.Get("/stats", [&](Request&) { return ShowStats(server.Stats(), subscribers.gone()); });
  server.AddDefaultHeader("X-Content-Type-Options", "nosniff");
  if (const heirloom::Status listening = server.Listen(); !listening) {
    std::cerr << listening.error().message << "\n";
    return 1;
  }
  std::cout << "listening on " << server.port() << kBuild << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "drain") {
      server.Drain(std::chrono::milliseconds(5000));
      std::cout << "drained" << std::endl;
    }
  }
  return 0;
}
