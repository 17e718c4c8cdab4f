#pragma once

#include <memory>
#include <optional>
#include <string>

#include "appliance/base/result.h"
#include "appliance/wiring/config.h"

namespace heirloom {

// The whole appliance in one process, serving. All wiring is in daemon.cc.
class Daemon {
 public:
  // Locks the data directory, opens the stores and listens. Fails with one reason in words for the
  // operator; nothing is left running then.
  static Result<Daemon> Start(const Config& config);

  Daemon(Daemon&&) noexcept;
  // Stops, if that has not been done.
  ~Daemon();

  // "http://127.0.0.1:8080", with the port that was taken.
  const std::string& url() const;
  // The link to the first-run page, while nobody has an account.
  const std::optional<std::string>& first_run_url() const;

  // Not ready any more, no new connections, what is under way finishes, stores close in order.
  void Stop();

 private:
  class Impl;
  explicit Daemon(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// "http://HOST:PORT", with brackets where they belong.
std::string UrlOf(const std::string& host, int port);
// Where people go to: http.public_url, or else the address for a person on this machine (one that
// stands for all is none to visit).
std::string VisitUrlOf(const Config::Http& http, int port);

}  // namespace heirloom
