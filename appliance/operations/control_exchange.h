#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "appliance/base/progress.h"
#include "appliance/operations/commands.h"
#include "appliance/operations/control_server.h"
#include "appliance/operations/control_socket.h"

namespace heirloom {

// The command of one client: what the thread that runs it and the one that talks to the client
// share.
class ControlJob final : public Progress {
 public:
  void Show(std::string_view what, std::int64_t done, std::int64_t total) override;
  bool Cancelled() const override { return cancelled_; }

  void Cancel() { cancelled_ = true; }
  void Finish(std::string reply);
  // The last line, or nullopt when it is not there after `time`.
  std::optional<std::string> AwaitReply(std::chrono::milliseconds time);
  // What was shown last; empty when it was given already.
  std::optional<ProgressReport> TakeNews();
  ProgressReport Latest() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable finished_;
  std::optional<std::string> reply_;
  ProgressReport report_;
  bool news_ = false;
  std::atomic<bool> cancelled_ = false;
};

// Reads one request, runs it and answers. `stop` calls it off, as the client does by going.
void ServeControl(ControlConnection connection, const Commands& commands,
                  const ControlServer::Options& options, const std::stop_token& stop);

}  // namespace heirloom
