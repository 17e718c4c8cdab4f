#include "tests/support/toxiproxy.h"

#include <stdexcept>

#include "appliance/base/json.h"
#include "appliance/base/random.h"
#include "tests/support/test_server.h"

namespace heirloom::testing {
namespace {

std::string HostAndPort(const std::string& url) {
  const std::size_t begin = url.find("://") + 3;
  const std::string place = url.substr(begin, url.find('/', begin) - begin);
  return place.substr(place.rfind('@') + 1);  // npos + 1 is 0.
}

std::string UniqueName() {
  SystemRandom random;
  return "test-" + NewSecret(random).substr(0, 16);
}

}  // namespace

Toxiproxy::Toxiproxy(const std::string& upstream)
    : api_(TestServer("TOXIPROXY")), client_(MakeHttpClient()), name_(UniqueName()) {
  JsonWriter body;
  body.BeginObject().Member("name", name_).Member("listen", "127.0.0.1:0");
  body.Member("upstream", HostAndPort(upstream)).Key("enabled").Bool(true).EndObject();
  const HttpResponse made = Ask("POST", "/proxies", body.Take());
  address_ = Json::Parse(made.body).value().Get("listen").AsString();
}

Toxiproxy::~Toxiproxy() {
  HttpRequest request;
  request.method = "DELETE";
  request.url = api_ + "/proxies/" + name_;
  static_cast<void>(client_->Send(request));
}

void Toxiproxy::Poison(const std::string& kind, const std::string& attributes, Way way) {
  JsonWriter body;
  body.BeginObject().Member("name", "t" + std::to_string(++toxics_)).Member("type", kind);
  body.Member("stream", way == Way::kToUs ? "downstream" : "upstream");
  body.Key("attributes").Raw(attributes).EndObject();
  Ask("POST", "/proxies/" + name_ + "/toxics", body.Take());
}

void Toxiproxy::Cure() {
  while (toxics_ > 0) {
    Ask("DELETE", "/proxies/" + name_ + "/toxics/t" + std::to_string(toxics_--), "");
  }
}

void Toxiproxy::Down() { Ask("POST", "/proxies/" + name_, R"({"enabled":false})"); }
void Toxiproxy::Up() { Ask("POST", "/proxies/" + name_, R"({"enabled":true})"); }

HttpResponse Toxiproxy::Ask(const std::string& method, const std::string& path,
                            const std::string& body) {
  HttpRequest request;
  request.method = method;
  request.url = api_ + path;
  request.body = body;
  Result<HttpResponse> answer = client_->Send(request);
  if (!answer) throw std::runtime_error(answer.error().message);
  if (answer->status / 100 != 2) throw std::runtime_error("toxiproxy: " + answer->body);
  return std::move(*answer);
}

}  // namespace heirloom::testing
