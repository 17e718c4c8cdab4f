#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>

#include "appliance/cli/subcommand.h"
#include "appliance/wiring/daemon.h"
#include "storage/remote/http_client.h"

namespace heirloom::cli {
namespace {

using std::chrono::seconds;

constexpr int kOk = 200;
constexpr seconds kPatience{5};  // Who asks regularly must not pile up.

struct HealthFlags {
  InstallationFlags installation;
  std::string server;
};

// Where the daemon of this configuration listens, for somebody on the same machine.
Result<std::string> ServerOf(const HealthFlags& flags) {
  if (!flags.server.empty()) return flags.server;
  const Result<Config> config = ReadConfigFor(flags.installation);
  if (!config) return ErrorOf(config);
  Config::Http http = config->http;
  http.public_url = {};  // The way through the proxy would ask about the proxy too.
  return VisitUrlOf(http, http.port);
}

int CheckHealth(const HealthFlags& flags) {
  const Result<std::string> server = ServerOf(flags);
  if (!server) return ComplainOfConfig(server.error());
  HttpRequest request;
  request.url = *server + "/readyz";
  request.connect_timeout = kPatience;
  request.timeout = kPatience;
  const Result<HttpResponse> answer = MakeHttpClient()->Send(request);
  if (!answer) return Complain(answer.error());
  std::printf("%s\n", answer->body.c_str());
  return answer->status == kOk ? kDone : kFailed;
}

}  // namespace

void AddHealth(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "health", "Ask a running daemon whether it can serve; exit status 0 when it can");
  const auto flags = std::make_shared<HealthFlags>();
  AddInstallationFlags(*command, flags->installation);
  command->add_option("--server", flags->server, "Its address; from the configuration by default")
      ->type_name("URL");
  command->callback([&action, flags] { action = [flags] { return CheckHealth(*flags); }; });
}

}  // namespace heirloom::cli
