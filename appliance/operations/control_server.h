#pragma once

#include <chrono>
#include <thread>

#include "appliance/base/result.h"
#include "appliance/http/unique_fd.h"
#include "appliance/operations/commands.h"
#include "appliance/operations/control_socket.h"

namespace heirloom {

// Runs commands that come over the control socket, one after the other, on a thread of its own.
// Only the user who runs the daemon, and root, are heard.
class ControlServer {
 public:
  struct Options {
    std::chrono::milliseconds patience{5'000};  // For a client to send its line, and to read ours.
  };

  // `commands` must outlive it. The caller holds the data directory's lock.
  static Result<ControlServer> Start(int data_directory, const Commands& commands, Options options);
  static Result<ControlServer> Start(int data_directory, const Commands& commands) {
    return Start(data_directory, commands, Options());
  }

  ControlServer(ControlServer&&) = default;
  // Waits for the command under way.
  ~ControlServer() = default;

 private:
  explicit ControlServer(std::jthread thread) : thread_(std::move(thread)) {}

  std::jthread thread_;
};

}  // namespace heirloom
