#pragma once

#include <chrono>
#include <cstddef>
#include <thread>

#include "appliance/base/result.h"
#include "appliance/http/unique_fd.h"
#include "appliance/operations/commands.h"
#include "appliance/operations/control_socket.h"

namespace heirloom {

// Runs commands that come over the control socket, each on a thread of its own, so that a long one
// keeps nobody waiting. Only the user who runs the daemon, and root, are heard. A client hears how
// far its command is; when it goes, the command is called off.
class ControlServer {
 public:
  struct Options {
    std::chrono::milliseconds patience{5'000};  // For a client to send its line, and to read ours.
    std::chrono::milliseconds look_each{200};   // Whether the client is there and what is new.
    std::chrono::milliseconds repeat_each{10'000};  // A sign of life while nothing is new.
    std::size_t at_once = 8;                        // More clients are told to come back.
  };

  // `commands` must outlive it. The caller holds the data directory's lock.
  static Result<ControlServer> Start(int data_directory, const Commands& commands, Options options);
  static Result<ControlServer> Start(int data_directory, const Commands& commands) {
    return Start(data_directory, commands, Options());
  }

  ControlServer(ControlServer&&) = default;
  // Calls off the commands under way and waits for them.
  ~ControlServer() = default;

 private:
  explicit ControlServer(std::jthread thread) : thread_(std::move(thread)) {}

  std::jthread thread_;
};

}  // namespace heirloom
