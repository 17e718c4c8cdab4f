#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace heirloom {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kText, kJson };

struct LogField {
  std::string_view key;
  std::string value;
};

// The process's log (spdlog to stderr). Never log personal data: no e-mail, name, title or text.
// Thread-safe. Writing before InitLog goes to stderr as text.
void InitLog(LogLevel least, LogFormat format);
void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

inline void LogInfo(std::string_view message, std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kInfo, message, fields);
}
inline void LogWarn(std::string_view message, std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kWarn, message, fields);
}
inline void LogError(std::string_view message, std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kError, message, fields);
}

// A broken invariant is a bug: say it and end the process; the supervisor starts us afresh.
[[noreturn]] void Panic(std::string_view what);

}  // namespace heirloom
