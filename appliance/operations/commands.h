#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "appliance/base/json.h"
#include "appliance/base/result.h"

namespace heirloom {

// What an operator can have done from the command line, by name. The same table serves both ways: a
// command opens the stores itself, or, beside a running daemon, has the daemon do it.
class Commands {
 public:
  // `args` is an object. Gives JSON.
  using Function = std::function<Result<std::string>(const Json& args)>;

  void Add(std::string name, Function function);
  // kNotFound for a command that is not known, as when CLI and daemon differ in version.
  Result<std::string> Run(std::string_view name, const Json& args) const;

 private:
  std::map<std::string, Function, std::less<>> functions_;
};

// For the person at the command line: "email: is required; name: …".
std::string InWords(const Error& error);

// How commands and their results travel (control_socket.h). Reading is strict.
std::string WriteControlRequest(std::string_view command, std::string_view args_json);
std::string RunControlRequest(const Commands& commands, std::string_view line);
Result<Json> ReadControlReply(std::string_view line);

}  // namespace heirloom
