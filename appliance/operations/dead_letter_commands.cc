#include "appliance/operations/dead_letter_commands.h"

#include <string>

#include "appliance/base/fields.h"
#include "appliance/delivery/dead_letter_json.h"

namespace heirloom {
namespace {

constexpr std::int64_t kPage = 100;
constexpr TextRule kId{.min = 1, .max = 200};

Result<std::string> ReadId(const Json& args) {
  FieldReader fields(args);
  std::string id = fields.RequiredText("id", kId);
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  return id;
}

Result<std::string> List(const Json& args, DeadLetterService& letters) {
  FieldReader fields(args);
  const auto after = fields.Texts("after", 1, kId);
  fields.RefuseUnknown();
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  const auto page = letters.ListAll(after && !after->empty() ? after->front() : "", kPage);
  if (!page) return ErrorOf(page);
  JsonWriter json;
  json.BeginObject().Key("items").BeginArray();
  for (const DeadLetter& letter : page->items) WriteDeadLetter(json, letter);
  json.EndArray().Key("next").BeginArray();
  for (const std::string& part : page->next) json.String(part);
  return json.EndArray().EndObject().Take();
}

Result<std::string> Show(const Json& args, DeadLetterService& letters) {
  const auto id = ReadId(args);
  if (!id) return ErrorOf(id);
  const auto letter = letters.Find(*id);
  if (!letter) return ErrorOf(letter);
  JsonWriter json;
  json.BeginObject().Key("letter");
  WriteDeadLetter(json, *letter);
  return json.Key("event").Raw(WriteCloudEvent(letter->event)).EndObject().Take();
}

Result<std::string> Redrive(const Json& args, DeadLetterService& letters) {
  const auto id = ReadId(args);
  if (!id) return ErrorOf(id);
  if (const Status redriven = letters.RedriveAny(*id); !redriven) return ErrorOf(redriven);
  return std::string("{}");
}

}  // namespace

void AddDeadLetterCommands(Commands& commands, DeadLetterService& letters) {
  commands.Add("dlq list", [&letters](const Json& args, Progress&) { return List(args, letters); });
  commands.Add("dlq show", [&letters](const Json& args, Progress&) { return Show(args, letters); });
  commands.Add("dlq redrive",
               [&letters](const Json& args, Progress&) { return Redrive(args, letters); });
}

}  // namespace heirloom
