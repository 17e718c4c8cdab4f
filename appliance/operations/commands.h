#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "appliance/base/json.h"
#include "appliance/base/progress.h"
#include "appliance/base/result.h"

namespace heirloom {

// What an operator can have done from the command line, by name. The same table serves both ways: a
// command opens the stores itself, or, beside a running daemon, has the daemon do it.
class Commands {
 public:
  // `args` is an object. Gives JSON of less than 1 MiB: what may be more comes in pages.
  using Function = std::function<Result<std::string>(const Json& args, Progress& progress)>;

  void Add(std::string name, Function function);
  bool Has(std::string_view name) const { return functions_.contains(name); }
  // kNotFound for a command that is not known, as when CLI and daemon differ in version.
  Result<std::string> Run(std::string_view name, const Json& args, Progress& progress) const;

 private:
  std::map<std::string, Function, std::less<>> functions_;
};

// For the person at the command line: "email: is required; name: …".
std::string InWords(const Error& error);

// A line of what comes back while a command runs and when it is done.
struct ProgressReport {
  std::string what;
  std::int64_t done = 0;
  std::int64_t total = 0;

  friend bool operator==(const ProgressReport&, const ProgressReport&) = default;
};
struct ControlMessage {
  std::optional<ProgressReport> progress;
  Json result;  // When it is no progress: then it is the last line.
};

// How commands and their results travel (control_socket.h). Reading is strict.
std::string WriteControlRequest(std::string_view command, std::string_view args_json);
// The last line of the answer.
std::string RunControlRequest(const Commands& commands, std::string_view line, Progress& progress);
std::string WriteControlProgress(const ProgressReport& report);
std::string WriteControlError(const Error& error);
// The command's error is the error.
Result<ControlMessage> ReadControlMessage(std::string_view line);

}  // namespace heirloom
