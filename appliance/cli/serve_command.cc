#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <memory>

#include "appliance/cli/subcommand.h"
#include "appliance/operations/stop_signals.h"
#include "appliance/wiring/daemon.h"

namespace heirloom::cli {
namespace {

struct ServeFlags {
  InstallationFlags installation;
  std::string listen;
  std::string roles;
};

// Connections are descriptors; the usual limit of 1,024 is for programs of other times.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void PrepareProcess(const Config& config) {
  KeepFilesPrivate();
  std::signal(SIGPIPE, SIG_IGN);
  RaiseDescriptorLimit();
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  InitLog(config.log.level,
          config.log.format.value_or(terminal ? LogFormat::kText : LogFormat::kJson));
}

void Announce(const Daemon& daemon) {
  if (daemon.first_run_url()) {
    std::printf("heirloom: first run: %s\n", daemon.first_run_url()->c_str());
  }
  std::printf("heirloom: ready on %s\n", daemon.url().c_str());
  std::fflush(stdout);
}

int Serve(const ServeFlags& flags) {
  std::map<std::string, std::string> more;
  if (!flags.listen.empty()) more.emplace("http.listen", flags.listen);
  if (!flags.roles.empty()) more.emplace("serve.roles", flags.roles);
  const Result<Config> config = ReadConfigFor(flags.installation, std::move(more));
  if (!config) return ComplainOfConfig(config.error());

  PrepareProcess(*config);
  StopSignals signals;  // Before any other thread, so that none of them is interrupted.
  Result<Daemon> daemon = Daemon::Start(*config);
  if (!daemon) return Complain(daemon.error());
  Announce(*daemon);
  signals.Wait();
  LogInfo("stopping");
  daemon->Stop();
  return kDone;
}

}  // namespace

void AddServe(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("serve", "Run the daemon, until it is told to stop");
  const auto flags = std::make_shared<ServeFlags>();
  AddInstallationFlags(*command, flags->installation);
  command->add_option("--listen", flags->listen, "Address to serve on, 127.0.0.1:8080 by default")
      ->type_name("HOST:PORT");
  command
      ->add_option("--roles", flags->roles,
                   "What this process does, of web,relay,indexer,media,assistant,scheduler; all by "
                   "default")
      ->type_name("ROLE,...");
  command->callback([&action, flags] { action = [flags] { return Serve(*flags); }; });
}

}  // namespace heirloom::cli
