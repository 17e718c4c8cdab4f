// Hears of commits, by whichever process. Inside storage/postgres only.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "storage/postgres/address.h"
#include "storage/postgres/connection.h"

namespace heirloom::postgres {

// Its thread begins with the first hook. It listens (NOTIFY is sent with each commit that appends
// events) and looks every second as well, so that a notification that was lost, or a connection
// that has to be made again, only makes it late. Thread-safe.
class Listener final {
 public:
  // Hooks are called once the head is another than this one.
  Listener(Address address, std::int64_t head);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  CommitHooks::Subscription Add(CommitHooks::Hook hook);  // As Database::OnCommit.

 private:
  void Loop(const std::stop_token& stop);
  // Until the connection is lost or it is time to stop.
  void Listen(Connection& connection, const std::stop_token& stop);
  Status Look(Connection& connection);
  void Wait(int socket);

  const Address address_;
  int wake_ = -1;      // An eventfd: it is time to stop.
  std::int64_t told_;  // The thread's alone.
  std::mutex mutex_;
  CommitHooks hooks_;
  std::jthread thread_;  // Last: it uses everything above.
};

}  // namespace heirloom::postgres
