#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "appliance/base/clock.h"
#include "appliance/domain/position.h"
#include "appliance/http/sse.h"
#include "appliance/identity/identity_service.h"
#include "appliance/live/broadcaster.h"
#include "appliance/live/live_limits.h"
#include "appliance/live/reception.h"
#include "storage/database.h"

namespace heirloom {

using NewStream = std::function<std::shared_ptr<http::EventStream>(std::function<void()> on_close)>;

// Tells people who are connected what changes in what they may see, as it happens. Opening a stream
// is the work of the asking thread, up to the newest event; from there on one thread passes events
// on to all streams. Thread-safe.
class LiveService {
 public:
  // Listens for commits from here on; make it before the first write.
  LiveService(Database& database, const Clock& clock, const LiveLimits& limits = {},
              NewStream new_stream = http::NewEventStream);
  ~LiveService();

  void Start();
  // Closes all streams. Idempotent.
  void Stop();

  struct Opened {
    std::shared_ptr<http::EventStream> stream;
    std::string beginning;  // Goes out before whatever is sent to the stream.
  };
  // `seen`: the newest event that the client knows of; what came after is told first, or a reset
  // when that cannot be done. `only_legacy`: of that legacy alone, unless empty. kUnauthenticated
  // when the session or token has just ended; kForbidden when its scopes let it read nothing;
  // kNotFound for a legacy that is not theirs to see; kUnavailable with too many streams open.
  Result<Opened> Open(const Caller& caller, const std::optional<Position>& seen,
                      const Id& only_legacy);

  LiveStats Stats() const;

 private:
  struct Beginning {
    Position head;
    std::string frames;
  };
  Status ReadBeginning(Reader& reader, const Caller& caller, const std::optional<Position>& seen,
                       const Id& only_legacy, Beginning& beginning) const;
  Status ReadMissed(Reader& reader, const Principal& who, std::int64_t seen, const Id& only_legacy,
                    Beginning& beginning) const;
  void Run(const std::stop_token& stop);

  Database& database_;
  const Clock& clock_;
  const LiveLimits limits_;
  const NewStream new_stream_;
  // Shared with the streams, which may outlive us.
  const std::shared_ptr<Reception> reception_;
  Broadcaster broadcaster_;
  CommitHooks::Subscription subscription_;
  std::jthread thread_;  // Last: ends before what it uses goes.
};

}  // namespace heirloom
