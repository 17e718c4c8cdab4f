#include "appliance/wiring/daemon.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <utility>

#include "appliance/archive/export_routes.h"
#include "appliance/archive/export_service.h"
#include "appliance/archive/restore_routes.h"
#include "appliance/archive/restore_service.h"
#include "appliance/audit/audit_routes.h"
#include "appliance/audit/audit_service.h"
#include "appliance/base/log.h"
#include "appliance/delivery/dead_letter_routes.h"
#include "appliance/http/server.h"
#include "appliance/idempotency/idempotency.h"
#include "appliance/identity/account_routes.h"
#include "appliance/identity/authenticator.h"
#include "appliance/identity/identity_routes.h"
#include "appliance/legacies/legacy_bin_routes.h"
#include "appliance/legacies/legacy_bin_service.h"
#include "appliance/legacies/legacy_routes.h"
#include "appliance/legacies/legacy_service.h"
#include "appliance/live/event_routes.h"
#include "appliance/live/live_service.h"
#include "appliance/operations/contract_routes.h"
#include "appliance/operations/control_server.h"
#include "appliance/operations/control_socket.h"
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
#include "appliance/operations/web_assets.h"
#include "appliance/search/indexer.h"
#include "appliance/search/search_routes.h"
#include "appliance/search/search_service.h"
#include "appliance/stories/bin_routes.h"
#include "appliance/stories/bin_service.h"
#include "appliance/stories/import_routes.h"
#include "appliance/stories/import_service.h"
#include "appliance/stories/story_feed_service.h"
#include "appliance/stories/story_lookup_service.h"
#include "appliance/stories/story_routes.h"
#include "appliance/stories/story_service.h"
#include "appliance/stories/tag_routes.h"
#include "appliance/stories/tag_service.h"
#include "appliance/stories/working_copy_routes.h"
#include "appliance/stories/working_copy_service.h"
#include "appliance/telemetry/metrics.h"
#include "appliance/telemetry/process_metrics.h"
#include "appliance/throttle/rate_limiter.h"
#include "appliance/wiring/blobs.h"
#include "appliance/wiring/core.h"
#include "appliance/wiring/databases.h"
#include "appliance/wiring/dependencies.h"
#include "appliance/wiring/doctor.h"
#include "appliance/wiring/embedded.h"
#include "appliance/wiring/events.h"
#include "appliance/wiring/graph.h"
#include "appliance/wiring/rebuild_commands.h"
#include "appliance/wiring/semantic_search.h"

namespace heirloom {
namespace {

constexpr std::chrono::seconds kDrainFor{20};
constexpr std::chrono::seconds kHousekeepEach{60};
constexpr std::int64_t kRequestsSweptAtOnce = 10'000;
constexpr std::chrono::seconds kWaitForLock{5};
constexpr std::chrono::milliseconds kBetweenTries{50};

Manifest MakeManifest(const Config& config) {
  Manifest manifest{
      .version = std::string(Version()),
      .adapters = {{"database", "sqlite"},
                   {"search", config.index.opensearch ? "opensearch" : "xapian"}},
      .features = {"archive", "identity", "import", "legacies", "revisions", "search", "stories"}};
  if (config.index.embedder != Config::Index::EmbedderKind::kNone) {
    const bool remote = config.index.embedder == Config::Index::EmbedderKind::kLiteLlm;
    manifest.adapters.emplace("embedder", remote ? "litellm" : "minilm");
    manifest.adapters.emplace("vectors", "faiss");
    manifest.features.emplace_back("semantic_search");
  }
  manifest.adapters.emplace("graph", config.storage.neo4j ? "neo4j" : "rocksdb");
  manifest.adapters.emplace("blobs", config.storage.bucket ? "s3" : "files");
  return manifest;
}

CheckResult CheckDatabase(Database& database) {
  const Status pinged = database.Ping();
  if (pinged) return {};
  LogError("the database failed its check", {{"reason", pinged.error().message}});
  return {CheckResult::State::kFailing, "The database does not answer."};
}

std::int64_t LagOf(const IndexerState& state) {
  return std::max<std::int64_t>(state.head - state.committed, 0);
}

// Search shows less than there is while it is behind; everything else goes on.
CheckResult CheckSearch(const Indexer& indexer) {
  const IndexerState state = indexer.State();
  const std::int64_t lag = LagOf(state);
  if (!state.failure.empty()) return {CheckResult::State::kBehind, "Stands still; see the log."};
  if (state.foreign) return {CheckResult::State::kBehind, "Is being built again."};
  if (lag > 0) return {CheckResult::State::kBehind, std::to_string(lag) + " events behind."};
  return {};
}

double FreeBytes(const std::filesystem::path& path) {
  struct statvfs about {};
  if (::statvfs(path.c_str(), &about) != 0) return 0;
  return static_cast<double>(about.f_bavail) * static_cast<double>(about.f_frsize);
}

// Another daemon keeps the lock for good; a command, or a daemon that is just ending, gives it back
// in a moment.
Status Lock(DataDirectory& directory) {
  const auto give_up_at = std::chrono::steady_clock::now() + kWaitForLock;
  for (;;) {
    const Result<bool> locked = directory.TryLock();
    if (!locked) return ErrorOf(locked);
    if (*locked) return {};
    const bool daemon_runs = ConnectToControlSocket(directory.descriptor()).has_value();
    if (daemon_runs || std::chrono::steady_clock::now() >= give_up_at) break;
    std::this_thread::sleep_for(kBetweenTries);
  }
  const std::optional<int> holder = directory.LockHolder();
  return Fail(ErrorCode::kUnavailable,
              "the data directory " + directory.path().string() + " is in use by " +
                  (holder ? "process " + std::to_string(*holder) : "another process"));
}

http::ServerOptions ServerOptionsOf(const Config& config) {
  http::ServerOptions options;
  options.host = config.http.host;
  options.port = config.http.port;
  options.trusted_proxies = config.http.trusted_proxies;
  return options;
}

RateLimits RateLimitsOf(const Config& config) {
  return {config.limits.writes_per_minute, config.limits.searches_per_minute,
          config.limits.exports_per_minute};
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

// Members stand in the order in which they are made; they go in the opposite one.
class Daemon::Impl {
 public:
  Impl(Config config, DataDirectory directory, std::unique_ptr<Core> core,
       std::unique_ptr<SearchIndex> index, Vectors vectors)
      : config_(std::move(config)),
        directory_(std::move(directory)),
        core_(std::move(core)),
        index_(std::move(index)),
        vectors_(std::move(vectors)) {}

  ~Impl() { Stop(); }

  Status Start() {
    auto events = Events::Open(config_, *core_);
    if (!events) return ErrorOf(events);
    events_ = std::move(*events);
    auto blobs = Blobs::Open(config_, *core_->platform);
    if (!blobs) return ErrorOf(blobs);
    blobs_ = std::move(*blobs);
    AddChecks();
    AddMetrics();
    AddRoutes();
    server_.emplace(ServerOptionsOf(config_), router_, core_->platform->clock,
                    core_->platform->ids);
    AddSecurityHeaders(*server_);
    server_->OnExchange(ExchangeObserver(metrics_));
    AddServerMetrics(metrics_, *server_);
    indexer_.Start();
    graph_.Start();
    semantic_.Start();
    live_.Start();
    events_->Start();
    if (const Status listening = server_->Listen(); !listening) return listening;
    url_ = UrlOf(config_.http.host, server_->port());
    if (const Status controlled = StartControl(); !controlled) return controlled;
    housekeeping_.emplace("housekeeping", kHousekeepEach, [this] { return Housekeep(); });
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
    live_.Stop();
    semantic_.Stop();
    indexer_.Stop();
    graph_.Stop();
  }

  const std::string& url() const { return url_; }
  const std::optional<std::string>& first_run_url() const { return first_run_url_; }

 private:
  void AddChecks() {
    health_.AddCheck("database", [this] { return CheckDatabase(*core_->database); });
    health_.AddCheck("search", [this] { return CheckSearch(indexer_); });
    health_.AddCheck("blobs", [this] { return blobs_->Check(); });
    health_.AddCheck("graph", [this] { return CheckGraphState(graph_); });
    if (semantic_.on()) {
      health_.AddCheck("embedder", [this] { return semantic_.CheckEmbedder(); });
      health_.AddCheck("vectors", [this] { return CheckSearch(*semantic_.indexer()); });
    }
  }

  void AddMetrics() {
    using Kind = Metrics::Kind;
    AddProcessMetrics(metrics_);
    WatchDependencies(health_, metrics_, core_->platform->remotes);
    AddGraphMetrics(metrics_, graph_);
    AddEventMetrics(metrics_, *events_);
    metrics_.AddInfo("heirloom_build_info", "What runs here.",
                     {{"version", std::string(Version())}});
    metrics_.AddReading(Kind::kGauge, "heirloom_search_index_lag_events",
                        "Events that the search index has not followed yet.",
                        [this] { return static_cast<double>(LagOf(indexer_.State())); });
    metrics_.AddReading(Kind::kGauge, "heirloom_search_index_rebuilding",
                        "1 while the search index is built again.",
                        [this] { return indexer_.State().rebuilding ? 1.0 : 0.0; });
    semantic_.AddMetrics(metrics_);
    metrics_.AddReading(Kind::kGauge, "heirloom_events_subscribers",
                        "Event streams that are open or opening.",
                        [this] { return static_cast<double>(live_.Stats().subscribers); });
    metrics_.AddReading(Kind::kCounter, "heirloom_events_sent_total",
                        "Events passed on, counted for each subscriber.",
                        [this] { return static_cast<double>(live_.Stats().sent); });
    metrics_.AddReading(Kind::kGauge, "heirloom_events_lag_events",
                        "Events that subscribers have not been told of yet.",
                        [this] { return static_cast<double>(live_.Stats().lag); });
    metrics_.AddReading(Kind::kCounter, "heirloom_sql_statements_total",
                        "Statements that the database was asked.",
                        [this] { return static_cast<double>(core_->database->Statements()); });
    metrics_.AddReading(Kind::kGauge, "heirloom_data_free_bytes",
                        "What is left on the data directory's disk.",
                        [this] { return FreeBytes(config_.data_dir); });
  }

  void AddRoutes() {
    AddDeadLetterRoutes(router_, events_->dead_letters(), who_);
    AddHealthRoutes(router_, health_);
    AddContractRoute(router_);
    // The configuration was checked: these are networks.
    AddMetricsRoute(router_, metrics_,
                    http::TrustedProxies::Parse(config_.http.metrics_allow).value(),
                    config_.http.metrics_token);
    AddIdentityRoutes(router_, core_->identity, who_);
    AddAccountRoutes(router_, core_->identity, who_);
    AddLegacyRoutes(router_, legacies_, who_);
    AddStoryRoutes(router_, stories_, who_);
    AddWorkingCopyRoutes(router_, copies_, who_);
    AddBinRoutes(router_, bin_, who_);
    AddTagRoutes(router_, tags_, who_);
    AddLegacyBinRoutes(router_, legacy_bin_, who_);
    AddImportRoutes(router_, imports_, who_);
    AddExportRoutes(router_, exports_, who_);
    AddRestoreRoutes(router_, restores_, who_);
    AddSearchRoutes(router_, search_, semantic_.service(), who_);
    AddAuditRoutes(router_, audit_, who_);
    AddEventRoutes(router_, live_, who_);
    router_.Fallback([this](http::Request& request) { return assets_.Serve(request); });
  }

  // One room's trouble does not keep the others waiting.
  Status Housekeep() {
    ReturnFreeMemory();
    exports_.Housekeep();
    Status trouble;
    for (Status done :
         std::array{core_->identity.Housekeep(), copies_.Housekeep(), legacy_bin_.Housekeep(),
                    bin_.Housekeep(), SweepRequests(), events_->Sweep(FollowedUpTo())}) {
      if (!done && trouble) trouble = std::move(done);
    }
    return trouble;
  }

  // What every projection has seen; one that is being built notes for itself where it began.
  std::int64_t FollowedUpTo() {
    const IndexerState words = indexer_.State();
    const GraphState graph = graph_.State();
    const bool building = words.foreign || words.rebuilding || graph.foreign || graph.rebuilding;
    if (building) return 0;
    const std::int64_t both = std::min(words.committed, graph.reached);
    if (!semantic_.indexer()) return both;
    const IndexerState meaning = semantic_.indexer()->State();
    return meaning.foreign || meaning.rebuilding ? 0 : std::min(both, meaning.committed);
  }

  Status SweepRequests() {
    const auto swept = core_->database->Write([this](Transaction& tx) -> Status {
      const auto some = idempotency::Sweep(tx, core_->platform->clock.Now(), kRequestsSweptAtOnce);
      if (!some) return ErrorOf(some);
      return {};
    });
    if (!swept) return ErrorOf(swept);
    return {};
  }

  Status StartControl() {
    const std::string visit_url = VisitUrlOf(config_.http, server_->port());
    AddIdentityCommands(commands_, core_->identity, visit_url);
    AddMaintenanceCommands(commands_, *maintenance_, [this](Progress& progress) {
      const auto stores = [this]() -> Result<OpenStores> {
        return OpenStores{core_.get(), index_.get(), semantic_.index(),
                          graph_.Store().value_or(nullptr)};
      };
      return ExamineInstallation(config_, *maintenance_, stores, progress);
    });
    AddRebuildCommands(commands_, indexer_, semantic_.indexer());
    AddGraphRebuild(commands_, *core_, graph_);
    AddDeadLetterCommands(commands_, events_->dead_letters());
    const Result<bool> fresh = core_->identity.NeedsSetup();
    if (!fresh) return ErrorOf(fresh);
    if (*fresh) {
      const Result<std::string> token = core_->identity.NewSetupToken();
      if (!token) return ErrorOf(token);
      first_run_url_ = SetupUrl(visit_url, *token);
    }
    Result<ControlServer> control = ControlServer::Start(directory_.descriptor(), commands_);
    if (!control) return ErrorOf(control);
    control_.emplace(std::move(*control));
    return {};
  }

  const Config config_;
  const DataDirectory directory_;  // With its lock.
  const std::unique_ptr<Core> core_;
  const std::unique_ptr<SearchIndex> index_;
  std::unique_ptr<Blobs> blobs_;  // From Start on.
  Vectors vectors_;               // Until semantic_ has them.
  const std::unique_ptr<DatabaseMaintenance> maintenance_ = MakeDatabaseMaintenance(config_);

  LegacyService legacies_{*core_->database, core_->platform->clock, core_->platform->ids};
  StoryService stories_{*core_->database, core_->platform->clock, core_->platform->ids};
  WorkingCopyService copies_{*core_->database, core_->platform->clock};
  BinService bin_{*core_->database, core_->platform->clock};
  TagService tags_{*core_->database, core_->platform->clock};
  LegacyBinService legacy_bin_{*core_->database, core_->platform->clock};
  ImportService imports_{*core_->database, core_->platform->clock, core_->platform->ids};
  ExportService exports_{*core_->database, core_->platform->clock, config_.data_dir};
  RestoreService restores_{*core_->database, core_->platform->clock, core_->platform->ids};
  StoryFeedService feed_{*core_->database};
  Indexer indexer_{*core_->database, feed_, *index_, core_->platform->clock,
                   IndexerTraits{.alone = !config_.index.opensearch}};
  // Opened by its own thread: a start does not wait for it.
  GraphProjector graph_{*core_->database,
                        [this] { return OpenGraphStore(config_, core_->platform->remote); },
                        core_->platform->clock, !config_.storage.neo4j};
  StoryLookupService lookup_{*core_->database};
  SearchService search_{*index_, indexer_, lookup_, legacies_, core_->platform->clock};
  SemanticSearch semantic_{std::move(vectors_), *core_->database,      feed_, lookup_,
                           legacies_,           core_->platform->clock};
  std::unique_ptr<Events> events_;  // From Start on.
  AuditService audit_{*core_->database};
  LiveService live_{*core_->database, core_->platform->clock};

  HealthService health_{core_->platform->clock, MakeManifest(config_)};
  Metrics metrics_;
  WebAssets assets_{config_.http.web_root};
  RateLimiter limiter_{*core_->database, core_->platform->clock, RateLimitsOf(config_)};
  Authenticator who_{core_->identity, &limiter_};
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
  Result<DataDirectory> directory =
      DataDirectory::Open(config.data_dir, DataDirectory::Missing::kCreate);
  if (!directory) return ErrorOf(directory);
  if (const Status locked = Lock(*directory); !locked) return ErrorOf(locked);
  auto core = Core::Open(config);
  if (!core) return ErrorOf(core);
  auto index = OpenSearchIndex(config, (*core)->platform->remote);
  if (!index) return ErrorOf(index);
  auto vectors = OpenVectors(config, (*core)->platform->remote);
  if (!vectors) return ErrorOf(vectors);
  auto impl = std::make_unique<Impl>(config, std::move(*directory), std::move(*core),
                                     std::move(*index), std::move(*vectors));
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
