#include "appliance/base/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>

#include "appliance/base/clock.h"
#include "appliance/base/json.h"

namespace heirloom {
namespace {

// The one piece of state that is the process's own, as stderr is: passing a log through every
// constructor would buy nothing.
struct Output {
  Output() : logger("heirloom", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger.set_pattern("%v");
  }
  spdlog::logger logger;
  std::atomic<LogFormat> format = LogFormat::kText;
};

Output& TheOutput() {
  static Output output;
  return output;
}

std::string_view NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// Quoted where it must be: one entry stays one line, whatever somebody put into a value.
std::string Quoted(std::string_view text, std::string_view also) {
  const bool plain = !text.empty() && std::none_of(text.begin(), text.end(), [&](char c) {
    return IsControl(c) || also.find(c) != std::string_view::npos;
  });
  return plain ? std::string(text) : JsonWriter().String(text).Take();
}

std::string TextLine(LogLevel level, std::string_view message,
                     std::initializer_list<LogField> fields) {
  std::string line = ToRfc3339(SystemClock().Now());
  line += ' ';
  line += NameOf(level);
  line += ' ';
  line += Quoted(message, "");
  for (const LogField& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    line += Quoted(field.value, " \"=");
  }
  return line;
}

std::string JsonLine(LogLevel level, std::string_view message,
                     std::initializer_list<LogField> fields) {
  JsonWriter json;
  json.BeginObject()
      .Member("time", ToRfc3339(SystemClock().Now()))
      .Member("level", NameOf(level))
      .Member("message", message);
  for (const LogField& field : fields) json.Member(field.key, field.value);
  json.EndObject();
  return json.Take();
}

}  // namespace

void InitLog(LogLevel least, LogFormat format) {
  Output& output = TheOutput();
  output.logger.set_level(ToSpdlog(least));
  output.format = format;
}

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  Output& output = TheOutput();
  const spdlog::level::level_enum wanted = ToSpdlog(level);
  if (!output.logger.should_log(wanted)) return;
  const std::string line = output.format.load() == LogFormat::kJson
                               ? JsonLine(level, message, fields)
                               : TextLine(level, message, fields);
  output.logger.log(wanted, spdlog::string_view_t(line.data(), line.size()));
}

void Panic(std::string_view what) {
  Log(LogLevel::kError, "a broken invariant ends the process", {{"what", std::string(what)}});
  std::abort();
}

}  // namespace heirloom
