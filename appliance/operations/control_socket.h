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

// One end of a connection over DATA_DIR/control.sock. Lines are JSON and end with '\n'; a request
// is
//   {"command":NAME,"args":{…}}            and its reply
//   {"ok":…}  or  {"error":{"code":…,"message":…}}
// Then it closes. Every wait ends at its deadline with kUnavailable.
class ControlConnection {
 public:
  static constexpr std::size_t kMaxLine = 64u << 10;

  explicit ControlConnection(http::UniqueFd socket) : socket_(std::move(socket)) {}

  // Without its end. kTooLarge when it is longer than kMaxLine.
  Result<std::string> ReadLine(ControlDeadline deadline);
  Status WriteLine(std::string_view line, ControlDeadline deadline);
  // The user who connected, as the kernel knows.
  Result<uid_t> PeerUser() const;

 private:
  Status WaitFor(short events, ControlDeadline deadline) const;

  http::UniqueFd socket_;
};

// Both reach the socket through the folder's descriptor, so that the 108 bytes the kernel allows
// for its address are enough for every path.

// Listens, for the owner alone, in place of what an earlier process left. The caller holds the
// lock.
Result<http::UniqueFd> ListenOnControlSocket(int data_directory);
// kUnavailable when nobody listens.
Result<ControlConnection> ConnectToControlSocket(int data_directory);

}  // namespace heirloom
