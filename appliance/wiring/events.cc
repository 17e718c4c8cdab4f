#include "appliance/wiring/events.h"

#include <string>
#include <utility>

#include "appliance/wiring/aws_keys.h"
#include "storage/outbox/outbox_bus.h"
#include "storage/outbox/sweep.h"
#include "storage/sns_sqs/sns_sqs_bus.h"

namespace heirloom {
namespace {

// The configuration was checked: the address is one.
Result<SnsSqsOptions> OptionsOf(const Config::EventService& service, const Platform& platform) {
  SnsSqsAddress address = SnsSqsAddress::Parse(service.url).value();
  auto credentials = MakeAwsCredentials(service.keys, "storage.events_credentials", address.region,
                                        platform.remote);
  if (!credentials) return ErrorOf(credentials);
  return SnsSqsOptions{.address = std::move(address),
                       .consumers = service.consumers,
                       .credentials = std::move(*credentials),
                       .ca_file = service.ca_file.string(),
                       .world = platform.remote};
}

}  // namespace

Result<std::unique_ptr<Events>> Events::Open(const Config& config, Core& core) {
  const auto& service = config.storage.events;
  OutboxBusOptions options{.database = *core.bookkeeping,
                           .clock = core.platform->clock,
                           .random = core.platform->random,
                           .consumers = {},
                           // One process at a time has a database in its data directory.
                           .alone = !config.storage.postgres,
                           .forever = service.has_value()};
  if (service) options.consumers = {std::string(Relay::kConsumer)};
  auto outbox = OpenOutboxBus(options);
  if (!outbox) return ErrorOf(outbox);
  std::unique_ptr<EventBus> remote;
  if (service) {
    const auto bus = OptionsOf(*service, *core.platform);
    if (!bus) return ErrorOf(bus);
    auto opened = OpenSnsSqsBus(*bus);
    if (!opened) return ErrorOf(opened);
    remote = std::move(*opened);
  }
  return std::unique_ptr<Events>(
      new Events(core, std::move(*outbox), std::move(remote), config.roles.Has(ServeRole::kRelay)));
}

Events::Events(Core& core, std::unique_ptr<EventBus> outbox, std::unique_ptr<EventBus> remote,
               bool relays)
    : core_(core),
      outbox_(std::move(outbox)),
      remote_(std::move(remote)),
      dead_letters_(bus()),
      relay_(remote_ && relays ? std::make_unique<Relay>(*outbox_, *remote_) : nullptr) {}

void Events::Start() {
  if (relay_) relay_->Start();
}

void Events::Stop() {
  if (relay_) relay_->Stop();
}

Status Events::Sweep(std::int64_t needed_after) {
  const auto swept = SweepOutbox(
      *core_.bookkeeping, {.now = core_.platform->clock.Now(), .needed_after = needed_after});
  return swept ? Status() : Status(ErrorOf(swept));
}

Status Events::Count() {
  auto counts = bus().Counts();
  if (!counts) return ErrorOf(counts);
  const std::lock_guard lock(counted_mutex_);
  counted_ = std::move(*counts);
  return {};
}

Result<std::vector<EventBus::Count>> Events::Underway() {
  if (!remote_) return std::vector<EventBus::Count>();
  auto counts = outbox_->Counts();
  if (!counts) return counts;
  auto handed_on = remote_->Counts();
  if (!handed_on) return handed_on;
  counts->insert(counts->end(), handed_on->begin(), handed_on->end());
  return counts;
}

std::vector<EventBus::Count> Events::counted() const {
  const std::lock_guard lock(counted_mutex_);
  return counted_;
}

void AddEventMetrics(Metrics& metrics, Events& events) {
  using Kind = Metrics::Kind;
  if (!events.hands_on()) return;
  const auto each = [&events](std::int64_t EventBus::Count::*number) {
    Metrics::Samples samples;
    const std::vector<EventBus::Count> counts = events.counted();
    for (const EventBus::Count& one : counts) {
      samples.push_back({{{"consumer", one.consumer}}, static_cast<double>(one.*number)});
    }
    return samples;
  };
  metrics.AddReadings(Kind::kGauge, "heirloom_consumer_waiting_events",
                      "Events that a consumer has yet to acknowledge, a minute old at most.",
                      [each] { return each(&EventBus::Count::waiting); });
  metrics.AddReadings(Kind::kGauge, "heirloom_consumer_dead_events",
                      "Events that a consumer gave up, a minute old at most.",
                      [each] { return each(&EventBus::Count::dead); });
  const Relay* const relay = events.relay();
  if (!relay) return;
  metrics.AddReading(Kind::kGauge, "heirloom_relay_backlog_events",
                     "Events that were committed and not yet handed on.",
                     [relay] { return static_cast<double>(relay->Backlog()); });
  metrics.AddReading(Kind::kCounter, "heirloom_relay_published_total", "Events handed on.",
                     [relay] { return static_cast<double>(relay->State().published); });
  metrics.AddReading(Kind::kCounter, "heirloom_relay_failures_total",
                     "Times that the bus did not take what was handed on.",
                     [relay] { return static_cast<double>(relay->State().failures); });
}

Status ProvisionEvents(const Config& config, const Platform& platform) {
  if (!config.storage.events) return {};
  const auto bus = OptionsOf(*config.storage.events, platform);
  return bus ? ProvisionSnsSqs(*bus) : Status(ErrorOf(bus));
}

}  // namespace heirloom
