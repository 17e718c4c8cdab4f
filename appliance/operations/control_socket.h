#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "appliance/base/result.h"
#include "appliance/http/unique_fd.h"

namespace heirloom {

using ControlDeadline = std::chrono::steady_clock::time_point;

// One end of a connection over DATA_DIR/control.sock. Lines are JSON and end with '\n'. A request
// is
//   {"command":NAME,"args":{…}}            then come, while it runs, any number of
//   {"progress":{"what":…,"done":n,"total":n}}     and at last
//   {"ok":…}  or  {"error":{"code":…,"message":…}}
// Then it closes. Who closes earlier calls the command off. Every wait ends at its deadline with
// kUnavailable.
class ControlConnection {
 public:
  static constexpr std::size_t kMaxLine = 1u << 20;

  explicit ControlConnection(http::UniqueFd socket) : socket_(std::move(socket)) {}

  // Without its end. kTooLarge when it is longer than kMaxLine.
  Result<std::string> ReadLine(ControlDeadline deadline);
  Status WriteLine(std::string_view line, ControlDeadline deadline);
  // Whether the other end was closed.
  bool PeerIsGone() const;
  // The user who connected, as the kernel knows.
  Result<uid_t> PeerUser() const;

 private:
  Status WaitFor(short events, ControlDeadline deadline) const;

  http::UniqueFd socket_;
  std::string received_;  // After the last line that was read.
};

// Both reach the socket through the folder's descriptor, so that the 108 bytes the kernel allows
// for its address are enough for every path.

// Listens, for the owner alone, in place of what an earlier process left. The caller holds the
// lock.
Result<http::UniqueFd> ListenOnControlSocket(int data_directory);
// kUnavailable when nobody listens.
Result<ControlConnection> ConnectToControlSocket(int data_directory);

}  // namespace heirloom
