#include "appliance/operations/commands.h"

#include <array>
#include <utility>

#include "appliance/base/fields.h"
#include "appliance/base/log.h"

namespace heirloom {
namespace {

constexpr std::array kCodes = {
    std::pair{ErrorCode::kMalformed, "malformed"},
    std::pair{ErrorCode::kInvalidArgument, "invalid"},
    std::pair{ErrorCode::kForbidden, "forbidden"},
    std::pair{ErrorCode::kNotFound, "not-found"},
    std::pair{ErrorCode::kConflict, "conflict"},
    std::pair{ErrorCode::kTooLarge, "too-large"},
    std::pair{ErrorCode::kUnavailable, "unavailable"},
    std::pair{ErrorCode::kInternal, "internal"},
};

std::string_view NameOf(ErrorCode code) {
  for (const auto& [known, name] : kCodes) {
    if (known == code) return name;
  }
  return "internal";
}

ErrorCode CodeOf(std::string_view text) {
  for (const auto& [code, name] : kCodes) {
    if (name == text) return code;
  }
  return ErrorCode::kInternal;
}

Result<ProgressReport> ReadProgress(const Json& object) {
  FieldReader fields(object);
  ProgressReport report;
  report.what = fields.RequiredText("what", {.min = 0, .max = 200});
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  report.done = fields.Integer("done", 0, kMost).value_or(0);
  report.total = fields.Integer("total", 0, kMost).value_or(0);
  if (const Status good = fields.Check(); !good) return ErrorOf(good);
  return report;
}

}  // namespace

void Commands::Add(std::string name, Function function) {
  if (!functions_.emplace(std::move(name), std::move(function)).second) {
    Panic("a command is added twice");
  }
}

Result<std::string> Commands::Run(std::string_view name, const Json& args,
                                  Progress& progress) const {
  const auto found = functions_.find(name);
  if (found == functions_.end()) {
    return Fail(ErrorCode::kNotFound, "the daemon does not know '" + std::string(name) +
                                          "'; is it of another version than this program?");
  }
  return found->second(args, progress);
}

std::string InWords(const Error& error) {
  if (error.fields.empty()) return error.message;
  std::string words;
  for (const FieldError& field : error.fields) {
    if (!words.empty()) words += "; ";
    words += field.pointer.substr(field.pointer.rfind('/', 0) == 0 ? 1 : 0) + ": " + field.message;
  }
  return words;
}

std::string WriteControlRequest(std::string_view command, std::string_view args_json) {
  JsonWriter json;
  json.BeginObject().Member("command", command).Key("args").Raw(args_json).EndObject();
  return json.Take();
}

std::string RunControlRequest(const Commands& commands, std::string_view line, Progress& progress) {
  const Result<Json> request = Json::Parse(line);
  if (!request) return WriteControlError(request.error());
  FieldReader fields(*request);
  const std::string command = fields.RequiredText("command", {.min = 1, .max = 100});
  const Json args = fields.Any("args");
  fields.RefuseUnknown();
  if (!args.IsObject()) fields.Add("args", "must be an object");
  if (const Status good = fields.Check(); !good) return WriteControlError(good.error());

  const Result<std::string> result = commands.Run(command, args, progress);
  if (!result) return WriteControlError(result.error());
  return JsonWriter().BeginObject().Key("ok").Raw(*result).EndObject().Take();
}

std::string WriteControlProgress(const ProgressReport& report) {
  JsonWriter json;
  json.BeginObject().Key("progress").BeginObject().Member("what", report.what);
  json.Member("done", report.done).Member("total", report.total).EndObject().EndObject();
  return json.Take();
}

std::string WriteControlError(const Error& error) {
  JsonWriter json;
  json.BeginObject().Key("error").BeginObject();
  json.Member("code", NameOf(error.code)).Member("message", InWords(error));
  json.EndObject().EndObject();
  return json.Take();
}

Result<ControlMessage> ReadControlMessage(std::string_view line) {
  const Result<Json> reply = Json::Parse(line);
  if (!reply) return ErrorOf(reply);
  if (const Json result = reply->IsObject() ? reply->Get("ok") : Json()) {
    return ControlMessage{std::nullopt, result};
  }
  if (const Json object = reply->IsObject() ? reply->Get("progress") : Json()) {
    auto report = ReadProgress(object);
    if (!report) return ErrorOf(report);
    return ControlMessage{std::move(*report), {}};
  }
  const Json error = reply->IsObject() ? reply->Get("error") : Json();
  const Json code = error.IsObject() ? error.Get("code") : Json();
  const Json message = error.IsObject() ? error.Get("message") : Json();
  if (!code.IsString() || !message.IsString()) {
    return Fail(ErrorCode::kInternal, "the daemon's answer cannot be understood");
  }
  return Fail(CodeOf(code.AsString()), std::string(message.AsString()));
}

}  // namespace heirloom
