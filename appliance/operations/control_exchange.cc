#include "appliance/operations/control_exchange.h"

#include <thread>
#include <utility>

#include "appliance/base/log.h"

namespace heirloom {
namespace {

using std::chrono::steady_clock;

void LogGone(const Error& error) {
  LogWarn("a command over the control socket was given up", {{"reason", error.message}});
}

// Tells the client what is new until the command is done. Gives the last line, and whether there is
// still somebody to hear it.
class Talk {
 public:
  Talk(ControlConnection& connection, ControlJob& job, const ControlServer::Options& options)
      : connection_(connection), job_(job), options_(options) {}

  std::string Follow(const std::stop_token& stop) {
    for (;;) {
      if (auto reply = job_.AwaitReply(options_.look_each)) return std::move(*reply);
      if (stop.stop_requested()) job_.Cancel();
      if (!gone_) Look();
    }
  }

  void Say(std::string_view line) {
    if (gone_) return;
    const Status sent = connection_.WriteLine(line, steady_clock::now() + options_.patience);
    said_ = steady_clock::now();
    if (!sent) Leave(sent.error());
  }

 private:
  void Look() {
    if (connection_.PeerIsGone()) {
      return Leave({ErrorCode::kUnavailable, "its client went away", {}});
    }
    if (const auto news = job_.TakeNews()) return Say(WriteControlProgress(*news));
    if (steady_clock::now() - said_ >= options_.repeat_each) {
      Say(WriteControlProgress(job_.Latest()));
    }
  }

  void Leave(const Error& reason) {
    gone_ = true;
    job_.Cancel();
    LogGone(reason);
  }

  ControlConnection& connection_;
  ControlJob& job_;
  const ControlServer::Options& options_;
  steady_clock::time_point said_ = steady_clock::now();
  bool gone_ = false;
};

}  // namespace

void ControlJob::Show(std::string_view what, std::int64_t done, std::int64_t total) {
  const std::lock_guard lock(mutex_);
  report_ = {std::string(what), done, total};
  news_ = true;
}

void ControlJob::Finish(std::string reply) {
  {
    const std::lock_guard lock(mutex_);
    reply_ = std::move(reply);
  }
  finished_.notify_all();
}

std::optional<std::string> ControlJob::AwaitReply(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  finished_.wait_for(lock, time, [&] { return reply_.has_value(); });
  return reply_;
}

std::optional<ProgressReport> ControlJob::TakeNews() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(news_, false)) return std::nullopt;
  return report_;
}

ProgressReport ControlJob::Latest() const {
  const std::lock_guard lock(mutex_);
  return report_;
}

void ServeControl(ControlConnection connection, const Commands& commands,
                  const ControlServer::Options& options, const std::stop_token& stop) {
  const Result<std::string> line = connection.ReadLine(steady_clock::now() + options.patience);
  if (!line) return LogGone(line.error());
  ControlJob job;
  const std::jthread worker([&] { job.Finish(RunControlRequest(commands, *line, job)); });
  Talk talk(connection, job, options);
  talk.Say(talk.Follow(stop));
}

}  // namespace heirloom
