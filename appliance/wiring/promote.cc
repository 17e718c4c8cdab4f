#include "appliance/wiring/promote.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "appliance/base/fields.h"
#include "appliance/promotion/promotion.h"
#include "appliance/wiring/blobs.h"
#include "appliance/wiring/config_reader.h"
#include "appliance/wiring/databases.h"
#include "appliance/wiring/doctor.h"
#include "appliance/wiring/graph.h"
#include "appliance/wiring/installation_lock.h"
#include "appliance/wiring/own_stores.h"
#include "appliance/wiring/provision.h"
#include "appliance/wiring/rebuild_commands.h"

namespace heirloom {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::int64_t kMostSeconds = 24 * 3600;
constexpr std::chrono::milliseconds kBetweenLooks{200};
constexpr TextRule kPath{.min = 1, .max = 4096};

struct PromoteArgs {
  std::filesystem::path to;
  seconds drain{60};
  bool leave_events = false;
  bool leave_vectors = false;
};

bool ReadFlag(FieldReader& fields, const char* key) {
  const Json given = fields.Any(key);
  if (given && given.kind() != Json::Kind::kBool) fields.Add(key, "must be true or false");
  return given.kind() == Json::Kind::kBool && given.AsBool();
}

Result<PromoteArgs> ReadArgs(const Json& json) {
  FieldReader fields(json);
  PromoteArgs args;
  args.to = fields.RequiredText("to", kPath);
  args.drain = seconds(fields.Integer("drain_seconds", 0, kMostSeconds).value_or(60));
  args.leave_events = ReadFlag(fields, "leave_events");
  args.leave_vectors = ReadFlag(fields, "leave_vectors");
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  return args;
}

// The other installation, which nobody else has open.
struct Target {
  Config config;
  DataDirectory directory;
  std::unique_ptr<Core> core;
  std::unique_ptr<Blobs> blobs;
};

Result<Config> ReadTarget(const std::filesystem::path& file, const Config& source) {
  ConfigSources sources;
  sources.file = file;
  auto config = ReadConfig(sources);
  if (config && config->data_dir == source.data_dir) {
    return Fail(ErrorCode::kConflict,
                "source and target have the same data_dir, " + source.data_dir.string());
  }
  return config;
}

Result<std::unique_ptr<Target>> OpenTarget(Config config) {
  auto directory = OpenLocked(config);
  if (!directory) return ErrorOf(directory);
  if (const Status ours = directory->CheckOwner(); !ours) return ErrorOf(ours);
  auto platform = std::make_unique<Platform>();
  const Status migrated = MigrateDatabase(config, false, platform->clock, platform->random);
  if (!migrated) return ErrorOf(migrated);
  if (const Status made = ProvisionInstallation(config); !made) return ErrorOf(made);
  auto database = OpenDatabase(config, platform->clock, platform->random);
  if (!database) return ErrorOf(database);
  auto blobs = Blobs::Open(config, *platform);
  if (!blobs) return ErrorOf(blobs);
  auto target = std::make_unique<Target>(Target{std::move(config), std::move(*directory), {}, {}});
  target->core = std::make_unique<Core>(std::move(platform), std::move(*database));
  target->blobs = std::move(*blobs);
  return target;
}

// Waits until what was written before the seal was handed on and acted upon: the new place begins a
// new epoch, in which nobody hears of it again.
Status Drain(Events& events, const PromoteArgs& args, Progress& progress) {
  const auto give_up_at = steady_clock::now() + args.drain;
  while (!args.leave_events) {
    const auto underway = events.Underway();
    if (!underway) return ErrorOf(underway);
    std::int64_t waiting = 0;
    std::string whose;
    for (const EventBus::Count& count : *underway) {
      waiting += count.waiting;
      if (count.waiting > 0) whose = count.consumer;
    }
    if (waiting == 0) return {};
    progress.Show("waiting for events to be handed on", 0, waiting);
    if (progress.Cancelled()) return Fail(ErrorCode::kUnavailable, "called off");
    if (steady_clock::now() >= give_up_at) {
      return Fail(ErrorCode::kConflict,
                  std::to_string(waiting) + " events still wait, some of them for \"" + whose +
                      "\": let that catch up, or leave them behind with --leave-events");
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return {};
}

Result<std::int64_t> RebuildAll(Target& target, const PromoteArgs& args, Progress& progress) {
  Commands commands;
  AddRebuildCommands(commands, target.config, *target.core);
  AddGraphRebuild(commands, target.config, *target.core);
  const Json nothing = Json::Parse("{}").value();
  const auto graph =
      commands.Run("rebuild graph", Json::Parse(R"({"verify":true})").value(), progress);
  if (!graph) return ErrorOf(graph);
  if (Json::Parse(*graph).value().Get("differences").AsInteger() != 0) {
    return Fail(ErrorCode::kInternal, "the graph of the target differs from its database");
  }
  const auto search = commands.Run("rebuild search", nothing, progress);
  if (!search) return ErrorOf(search);
  const bool embeds = target.config.index.embedder != Config::Index::EmbedderKind::kNone;
  if (embeds && !args.leave_vectors) {
    const auto vectors = commands.Run("rebuild vectors", nothing, progress);
    if (!vectors) return ErrorOf(vectors);
  }
  return Json::Parse(*search).value().Get("stories").AsInteger();
}

Status Examine(Target& target, Progress& progress) {
  const auto maintenance = MakeDatabaseMaintenance(target.config);
  OwnStores own(target.config, target.core.get());
  const auto stores = [&]() -> Result<OpenStores> {
    auto open = own.OpenForDoctor();
    if (open) open->blobs = &target.blobs->store();
    return open;
  };
  const auto examined = ExamineInstallation(target.config, *maintenance, stores, progress);
  if (!examined) return ErrorOf(examined);
  for (const Finding& finding : examined->findings.list()) {
    if (finding.severity != Finding::Severity::kError) continue;
    return Fail(ErrorCode::kInternal, "the target is not sound: " + finding.what);
  }
  return {};
}

std::string Write(const Promoted& promoted, std::int64_t stories) {
  JsonWriter json;
  json.BeginObject().Member("rows", promoted.rows).Key("tables").BeginArray();
  for (const PromotedTable& table : promoted.tables) {
    json.BeginObject().Member("name", table.name).Member("rows", table.rows).EndObject();
  }
  json.EndArray().Member("blobs", promoted.blobs).Member("bytes", promoted.bytes);
  return json.Member("stories", stories).EndObject().Take();
}

// Up to the seal nothing was copied, so what hinders it then opens the source again.
Status DrainOrOpen(const PromotionSource& source, const PromoteArgs& args, Progress& progress) {
  const auto events = source.events();
  if (!events) return ErrorOf(events);
  Status drained = Drain(**events, args, progress);
  if (drained) return drained;
  const Status opened = GiveUpPromotion(*source.core.bookkeeping);
  return opened ? drained : opened;
}

Result<std::string> Promote(const PromotionSource& source, const PromoteArgs& args,
                            Progress& progress) {
  auto config = ReadTarget(args.to, source.config);
  if (!config) return ErrorOf(config);
  const auto blobs = source.blobs();
  if (!blobs) return ErrorOf(blobs);
  const auto target = OpenTarget(std::move(*config));
  if (!target) return ErrorOf(target);
  Core& core = *(*target)->core;
  Platform& platform = *source.core.platform;
  Promotion promotion({*source.core.bookkeeping, **blobs},
                      {*core.bookkeeping, (*target)->blobs->store()}, platform.clock, platform.ids,
                      progress);
  if (const Status sealed = promotion.Seal(); !sealed) return ErrorOf(sealed);
  if (promotion.done()) {
    // It may have gone on with its own life since: there is nothing to compare any more.
    if (const Status finished = promotion.Finish(); !finished) return ErrorOf(finished);
    return std::string(R"({"before":true})");
  }
  if (!promotion.resumed()) {
    if (const Status drained = DrainOrOpen(source, args, progress); !drained) {
      return ErrorOf(drained);
    }
  }
  if (const Status copied = promotion.Copy(); !copied) return ErrorOf(copied);
  const auto promoted = promotion.Compare();
  if (!promoted) return ErrorOf(promoted);
  const auto stories = RebuildAll(**target, args, progress);
  if (!stories) return ErrorOf(stories);
  if (const Status sound = Examine(**target, progress); !sound) return ErrorOf(sound);
  if (const Status finished = promotion.Finish(); !finished) return ErrorOf(finished);
  return Write(*promoted, *stories);
}

}  // namespace

void AddPromotion(Commands& commands, PromotionSource source) {
  commands.Add("promote give up",
               [&core = source.core](const Json&, Progress&) -> Result<std::string> {
                 const Status opened = GiveUpPromotion(*core.bookkeeping);
                 if (!opened) return ErrorOf(opened);
                 return std::string("{}");
               });
  commands.Add(
      "promote",
      [source = std::move(source)](const Json& json, Progress& progress) -> Result<std::string> {
        const auto args = ReadArgs(json);
        if (!args) return ErrorOf(args);
        return Promote(source, *args, progress);
      });
}

}  // namespace heirloom
