#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

struct EventsFlags {
  InstallationFlags installation;
  std::string id;
  bool all = false;
  bool json = false;
};

std::string TextAt(const Json& object, const char* key) {
  const Json member = object.Get(key);
  return member.IsString() ? std::string(member.AsString()) : std::string("-");
}

std::vector<std::string> ColumnsOf(const Json& letter) {
  return {TextAt(letter, "id"), TextAt(letter, "type"), TextAt(letter, "failed_at"),
          TextAt(letter, "reason")};
}

int List(const EventsFlags& flags) {
  return RunList(
      flags.installation, "dlq list", [](JsonWriter&) {}, flags.json, ColumnsOf);
}

std::string WithId(const std::string& id) {
  return JsonWriter().BeginObject().Member("id", id).EndObject().Take();
}

int Show(const EventsFlags& flags) {
  return RunOn(flags.installation, DataDirectory::Missing::kRefuse, "dlq show", WithId(flags.id),
               [&](const Json& shown) {
                 if (flags.json) {
                   std::printf("%s\n", shown.Dump().c_str());
                   return kDone;
                 }
                 const Json letter = shown.Get("letter");
                 std::printf("consumer  %s\nfailed    %s, %lld times\nreason    %s\nevent     %s\n",
                             TextAt(letter, "consumer").c_str(),
                             TextAt(letter, "failed_at").c_str(),
                             static_cast<long long>(letter.Get("attempts").AsInteger()),
                             TextAt(letter, "reason").c_str(), shown.Get("event").Dump().c_str());
                 return kDone;
               });
}

int RedriveOne(const EventsFlags& flags, const std::string& id) {
  return RunOn(flags.installation, DataDirectory::Missing::kRefuse, "dlq redrive", WithId(id),
               [&](const Json&) {
                 if (!flags.json) std::printf("heirloom: redriven %s\n", id.c_str());
                 return kDone;
               });
}

int Redrive(const EventsFlags& flags) {
  std::vector<std::string> ids = {flags.id};
  if (flags.all) {
    ids.clear();
    // Those that are there now: one that fails again meanwhile is not driven round and round.
    Json next;
    do {
      const std::string args = "{\"after\":" + (next ? next.Dump() : std::string("[]")) + "}";
      const int code = RunOn(flags.installation, DataDirectory::Missing::kRefuse, "dlq list", args,
                             [&](const Json& page) {
                               const Json items = page.Get("items");
                               for (std::size_t i = 0; i < items.Size(); ++i) {
                                 ids.push_back(TextAt(items.At(i), "id"));
                               }
                               next = page.Get("next");
                               return kDone;
                             });
      if (code != kDone) return code;
    } while (next.Size() > 0);
  }
  for (const std::string& id : ids) {
    if (const int code = RedriveOne(flags, id); code != kDone) return code;
  }
  if (flags.json) std::printf("{\"redriven\":%zu}\n", ids.size());
  return kDone;
}

using Flags = std::shared_ptr<EventsFlags>;

CLI::App* AddCommand(CLI::App* dlq, const Flags& flags, const char* name, const char* about) {
  CLI::App* command = dlq->add_subcommand(name, about);
  AddInstallationFlags(*command, flags->installation);
  command->add_flag("--json", flags->json, "As JSON");
  return command;
}

}  // namespace

void AddEvents(CLI::App& app, Action& action) {
  CLI::App* events = app.add_subcommand("events", "What was carried on, and what could not be");
  events->require_subcommand(1);
  CLI::App* dlq = events->add_subcommand("dlq", "Events that a consumer gave up");
  dlq->require_subcommand(1);
  const auto flags = std::make_shared<EventsFlags>();

  CLI::App* list = AddCommand(dlq, flags, "list", "Print them: id, type, since when, reason");
  list->callback([&action, flags] { action = [flags] { return List(*flags); }; });

  CLI::App* show = AddCommand(dlq, flags, "show", "Print one with its event");
  show->add_option("id", flags->id, "Which, as the list says")->required();
  show->callback([&action, flags] { action = [flags] { return Show(*flags); }; });

  CLI::App* redrive = AddCommand(dlq, flags, "redrive", "Give one, or all, to its consumer again");
  CLI::Option* const id = redrive->add_option("id", flags->id, "Which, as the list says");
  CLI::Option* const all = redrive->add_flag("--all", flags->all, "All that are there now");
  id->excludes(all);
  redrive->callback([&action, flags] {
    if (flags->id.empty() && !flags->all) throw CLI::ValidationError("say which, or --all");
    action = [flags] { return Redrive(*flags); };
  });
}

}  // namespace heirloom::cli
