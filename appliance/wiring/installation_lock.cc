#include "appliance/wiring/installation_lock.h"

#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "appliance/operations/control_socket.h"

namespace heirloom {
namespace {

constexpr std::chrono::seconds kWaitForLock{5};
constexpr std::chrono::milliseconds kBetweenTries{50};

// Another daemon keeps the lock for good; a command, or a daemon that is just ending, gives it back
// in a moment.
Status Lock(DataDirectory& directory) {
  const auto give_up_at = std::chrono::steady_clock::now() + kWaitForLock;
  for (;;) {
    const Result<bool> locked = directory.TryLock();
    if (!locked) return ErrorOf(locked);
    if (*locked) return {};
    const bool daemon_runs = ConnectToControlSocket(directory.descriptor()).has_value();
    if (daemon_runs || std::chrono::steady_clock::now() >= give_up_at) break;
    std::this_thread::sleep_for(kBetweenTries);
  }
  const std::optional<int> holder = directory.LockHolder();
  return Fail(ErrorCode::kUnavailable,
              "the data directory " + directory.path().string() + " is in use by " +
                  (holder ? "process " + std::to_string(*holder) : "another process"));
}

}  // namespace

Result<DataDirectory> OpenLocked(const Config& config) {
  Result<DataDirectory> directory =
      DataDirectory::Open(config.data_dir, DataDirectory::Missing::kCreate);
  if (!directory) return directory;
  if (const Status locked = Lock(*directory); !locked) return ErrorOf(locked);
  return directory;
}

}  // namespace heirloom
