#pragma once

#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "appliance/base/json.h"
#include "appliance/cli/import_stories.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scripted_client.h"
#include "tests/support/seeded_random.h"

namespace heirloom::testing {

using cli::ImportOptions;
using cli::ImportStories;

inline std::string IdOf(int number) {
  return "0190f0f0-0000-7000-8000-00000000000" + std::to_string(number);
}

inline bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline HttpResponse Answer(int status, std::string body) { return {status, {}, std::move(body)}; }

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

inline std::string Line(const std::string& id, const std::string& body = "b") {
  return R"({"id":")" + id + R"(","title":"t","body":")" + body + "\"}\n";
}

inline Result<HttpResponse> NoAnswer() {
  return Fail(ErrorCode::kUnavailable, "nobody answers there");
}

}  // namespace heirloom::testing
