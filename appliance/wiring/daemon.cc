#include "appliance/wiring/daemon.h"

#include <sys/statvfs.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "appliance/base/log.h"
#include "appliance/http/server.h"
#include "appliance/operations/control_server.h"
#include "appliance/operations/data_directory.h"
#include "appliance/operations/dead_letter_commands.h"
#include "appliance/operations/exchange_observer.h"
#include "appliance/operations/health_service.h"
#include "appliance/operations/heap.h"
#include "appliance/operations/identity_commands.h"
#include "appliance/operations/maintenance_commands.h"
#include "appliance/operations/operations_routes.h"
#include "appliance/operations/periodic.h"
#include "appliance/operations/security_headers.h"
#include "appliance/operations/version.h"
#include "appliance/telemetry/metrics.h"
#include "appliance/telemetry/process_metrics.h"
#include "appliance/wiring/blobs.h"
#include "appliance/wiring/core.h"
#include "appliance/wiring/databases.h"
#include "appliance/wiring/dependencies.h"
#include "appliance/wiring/doctor.h"
#include "appliance/wiring/events.h"
#include "appliance/wiring/idle_roles.h"
#include "appliance/wiring/installation_lock.h"
#include "appliance/wiring/manifest.h"
#include "appliance/wiring/own_stores.h"
#include "appliance/wiring/projections.h"
#include "appliance/wiring/promote.h"
#include "appliance/wiring/rebuild_commands.h"
#include "appliance/wiring/scheduler_role.h"
#include "appliance/wiring/web_role.h"
#include "storage/seal.h"

namespace heirloom {
namespace {

constexpr std::chrono::seconds kDrainFor{20};
constexpr std::chrono::seconds kHousekeepEach{60};

Result<std::optional<Seal>> SealOf(Database& database) {
  return ReadOne(database, [](Reader& reader) { return ReadSeal(reader); });
}

CheckResult CheckDatabase(Database& database) {
  const Status pinged = database.Ping();
  const auto seal = pinged ? SealOf(database) : Result<std::optional<Seal>>(ErrorOf(pinged));
  if (!seal) {
    LogError("the database failed its check", {{"reason", seal.error().message}});
    return {CheckResult::State::kFailing, "The database does not answer."};
  }
  if (!*seal) return {};
  return {CheckResult::State::kBehind, InWords(**seal)};
}

double FreeBytes(const std::filesystem::path& path) {
  struct statvfs about {};
  if (::statvfs(path.c_str(), &about) != 0) return 0;
  return static_cast<double>(about.f_bavail) * static_cast<double>(about.f_frsize);
}

http::ServerOptions ServerOptionsOf(const Config& config) {
  http::ServerOptions options;
  options.host = config.http.host;
  options.port = config.http.port;
  options.trusted_proxies = config.http.trusted_proxies;
  return options;
}

}  // namespace

std::string UrlOf(const std::string& host, int port) {
  const bool v6 = host.find(':') != std::string::npos;
  return "http://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string VisitUrlOf(const Config::Http& http, int port) {
  if (!http.public_url.empty()) return http.public_url;
  if (http.host == "0.0.0.0") return UrlOf("127.0.0.1", port);
  if (http.host == "::") return UrlOf("::1", port);
  return UrlOf(http.host, port);
}

// What every process has, and those parts that its roles need. Members stand in the order in which
// they are made; they go in the opposite one.
class Daemon::Impl {
 public:
  Impl(Config config, DataDirectory directory)
      : config_(std::move(config)), directory_(std::move(directory)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { Stop(); }

  Status Start() {
    if (Status opened = OpenParts(); !opened) return opened;
    AddChecks();
    AddMetrics();
    AddRoutes();
    server_.emplace(ServerOptionsOf(config_), router_, core_->platform->clock,
                    core_->platform->ids);
    AddSecurityHeaders(*server_);
    server_->OnExchange(ExchangeObserver(metrics_));
    AddServerMetrics(metrics_, *server_);
    if (projections_) projections_->Start();
    if (web_) web_->Start();
    events_->Start();
    if (const Status listening = server_->Listen(); !listening) return listening;
    url_ = UrlOf(config_.http.host, server_->port());
    if (const Status controlled = StartControl(); !controlled) return controlled;
    housekeeping_.emplace("housekeeping", kHousekeepEach, [this] { return Housekeep(); });
    LogRoles(config_.roles);
    return {};
  }

  void Stop() {
    if (std::exchange(stopped_, true)) return;
    health_.SetDraining();
    if (server_) server_->Drain(kDrainFor);
    server_.reset();
    control_.reset();
    housekeeping_.reset();
    if (events_) events_->Stop();
    if (web_) web_->Stop();
    if (projections_) projections_->Stop();
  }

  const std::string& url() const { return url_; }
  const std::optional<std::string>& first_run_url() const { return first_run_url_; }

 private:
  bool Has(ServeRole role) const { return config_.roles.Has(role); }

  // What listens for commits first, since what comes last writes.
  Status OpenParts() {
    auto core = Core::Open(config_);
    if (!core) return ErrorOf(core);
    core_ = std::move(*core);
    if (Has(ServeRole::kWeb) || Has(ServeRole::kIndexer)) {
      auto projections = Projections::Open(config_, *core_);
      if (!projections) return ErrorOf(projections);
      projections_ = std::move(*projections);
    }
    if (Has(ServeRole::kWeb)) web_ = std::make_unique<WebRole>(config_, *core_, *projections_);
    auto events = Events::Open(config_, *core_);
    if (!events) return ErrorOf(events);
    events_ = std::move(*events);
    auto blobs = Blobs::Open(config_, *core_->platform);
    if (!blobs) return ErrorOf(blobs);
    blobs_ = std::move(*blobs);
    if (!Has(ServeRole::kScheduler)) return {};
    scheduler_ = std::make_unique<SchedulerRole>(*core_, *events_, blobs_->store(), [this] {
      return projections_ ? projections_->FollowedUpTo() : kAll;
    });
    return {};
  }

  void AddChecks() {
    health_.AddCheck("database", [this] { return CheckDatabase(*core_->database); });
    if (projections_) projections_->AddChecks(health_);
    health_.AddCheck("blobs", [this] { return blobs_->Check(); });
    AddIdleRoleChecks(health_, config_.roles);
  }

  void AddMetrics() {
    using Kind = Metrics::Kind;
    AddProcessMetrics(metrics_);
    WatchDependencies(health_, metrics_, core_->platform->remotes);
    AddEventMetrics(metrics_, *events_);
    metrics_.AddInfo("heirloom_build_info", "What runs here.",
                     {{"version", std::string(Version())}});
    if (projections_) projections_->AddMetrics(metrics_);
    if (web_) web_->AddMetrics(metrics_);
    metrics_.AddReading(Kind::kCounter, "heirloom_sql_statements_total",
                        "Statements that the database was asked.",
                        [this] { return static_cast<double>(core_->bookkeeping->Statements()); });
    metrics_.AddReading(Kind::kGauge, "heirloom_data_free_bytes",
                        "What is left on the data directory's disk.",
                        [this] { return FreeBytes(config_.data_dir); });
  }

  void AddRoutes() {
    AddHealthRoutes(router_, health_);
    // The configuration was checked: these are networks.
    AddMetricsRoute(router_, metrics_,
                    http::TrustedProxies::Parse(config_.http.metrics_allow).value(),
                    config_.http.metrics_token);
    if (web_) web_->AddRoutes(router_, *events_);
  }

  Status Housekeep() {
    ReturnFreeMemory();
    const auto seal = SealOf(*core_->database);
    if (!seal) return ErrorOf(seal);
    // Nothing grows old any more where nothing changes.
    if (*seal) return events_->Count();
    Status trouble;
    if (web_) trouble = web_->Housekeep();
    if (!scheduler_) return trouble;
    Status swept = scheduler_->Housekeep();
    return trouble ? swept : trouble;
  }

  Status StartControl() {
    const std::string visit_url = VisitUrlOf(config_.http, server_->port());
    AddIdentityCommands(commands_, core_->identity, visit_url);
    AddMaintenanceCommands(commands_, *maintenance_,
                           [this](Progress& progress) { return Examine(progress); });
    if (projections_) {
      projections_->AddRebuilds(commands_);
    } else {
      AddNoRebuilds(commands_);
    }
    AddDeadLetterCommands(commands_, events_->dead_letters());
    AddPromotion(commands_,
                 {config_, *core_, [this] { return Result<BlobStore*>(&blobs_->store()); },
                  [this] { return Result<Events*>(events_.get()); }});
    if (web_) {
      if (Status found = FindFirstRun(visit_url); !found) return found;
    }
    Result<ControlServer> control = ControlServer::Start(directory_.descriptor(), commands_);
    if (!control) return ErrorOf(control);
    control_.emplace(std::move(*control));
    return {};
  }

  Result<Examination> Examine(Progress& progress) {
    OwnStores own(config_, core_.get());
    const auto stores = [&]() -> Result<OpenStores> {
      auto open = Has(ServeRole::kIndexer) ? projections_->StoresForDoctor() : own.OpenForDoctor();
      if (open) open->blobs = &blobs_->store();
      return open;
    };
    return ExamineInstallation(config_, *maintenance_, stores, progress);
  }

  Status FindFirstRun(const std::string& visit_url) {
    const auto seal = SealOf(*core_->database);
    if (!seal) return ErrorOf(seal);
    if (*seal) return {};
    const Result<bool> fresh = core_->identity.NeedsSetup();
    if (!fresh) return ErrorOf(fresh);
    if (!*fresh) return {};
    const Result<std::string> token = core_->identity.NewSetupToken();
    if (!token) return ErrorOf(token);
    first_run_url_ = SetupUrl(visit_url, *token);
    return {};
  }

  // What follows nothing holds nothing back.
  static constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

  const Config config_;
  const DataDirectory directory_;  // With its lock.
  const std::unique_ptr<DatabaseMaintenance> maintenance_ = MakeDatabaseMaintenance(config_);
  std::unique_ptr<Core> core_;  // These from Start on; those that no role needs stay null.
  std::unique_ptr<Blobs> blobs_;
  std::unique_ptr<Projections> projections_;
  std::unique_ptr<WebRole> web_;
  std::unique_ptr<Events> events_;
  std::unique_ptr<SchedulerRole> scheduler_;

  SystemClock clock_;
  HealthService health_{clock_, MakeManifest(config_)};
  Metrics metrics_;
  http::Router router_;
  std::optional<http::Server> server_;
  Commands commands_;
  std::optional<ControlServer> control_;
  std::optional<Periodic> housekeeping_;

  std::string url_;
  std::optional<std::string> first_run_url_;
  bool stopped_ = false;
};

Result<Daemon> Daemon::Start(const Config& config) {
  Result<DataDirectory> directory = OpenLocked(config);
  if (!directory) return ErrorOf(directory);
  auto impl = std::make_unique<Impl>(config, std::move(*directory));
  if (const Status started = impl->Start(); !started) return ErrorOf(started);
  return Daemon(std::move(impl));
}

Daemon::Daemon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Daemon::Daemon(Daemon&&) noexcept = default;
Daemon::~Daemon() = default;

const std::string& Daemon::url() const { return impl_->url(); }
const std::optional<std::string>& Daemon::first_run_url() const { return impl_->first_run_url(); }
void Daemon::Stop() { impl_->Stop(); }

}  // namespace heirloom
