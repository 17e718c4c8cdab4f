#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "appliance/http/connection_count.h"
#include "appliance/http/event_loop.h"
#include "appliance/http/outgoing.h"
#include "appliance/http/sse.h"
#include "appliance/http/unique_fd.h"

namespace heirloom::http {

class StreamLoop;

// The queue between whoever sends and the loop that owns the socket.
class QueuedStream final : public EventStream, public std::enable_shared_from_this<QueuedStream> {
 public:
  explicit QueuedStream(std::function<void()> on_close) : on_close_(std::move(on_close)) {}

  void Send(std::string_view frame) override;
  void Close() override;
  bool open() const override;

 private:
  friend class StreamLoop;

  void Wake(std::unique_lock<std::mutex> lock);

  mutable std::mutex mutex_;
  std::string queued_;
  bool closing_ = false;             // Nothing more is taken; what is queued still goes out.
  bool overrun_ = false;             // Closing, and what is queued is not worth sending.
  bool scheduled_ = false;           // The loop has been told and has not looked yet.
  std::shared_ptr<EventLoop> loop_;  // Set while a connection is attached.
  StreamLoop* streams_ = nullptr;
  std::function<void()> on_close_;
};

// Owns the connections of all event streams, on one thread. Every touch of a socket happens there,
// so that a sender never waits and a descriptor is never used after its close.
class StreamLoop {
 public:
  explicit StreamLoop(ConnectionCount& connections);
  ~StreamLoop();

  Status Open() { return loop_->Open(); }
  void Run() { loop_->Run(); }  // Until Stop.
  void Stop() { loop_->Stop(); }

  // From any thread: takes over a connection, whose head may not be out entirely.
  void Adopt(UniqueFd fd, Outgoing rest, std::shared_ptr<EventStream> stream);
  // From any thread: the answer for this stream never reached a client.
  void Abandon(std::shared_ptr<EventStream> stream);
  // From any thread: closes every stream there is, and those that come later.
  void CloseAll();

  std::size_t count() const { return count_; }

 private:
  friend class QueuedStream;
  class Subscriber;

  void Attach(UniqueFd fd, Outgoing rest, const std::shared_ptr<QueuedStream>& stream);
  void Flush(const std::shared_ptr<QueuedStream>& stream);
  void Remove(QueuedStream& stream);
  static void Detach(QueuedStream& stream);

  ConnectionCount& connections_;
  // Shared with the streams, whose owners may outlive us.
  std::shared_ptr<EventLoop> loop_ = std::make_shared<EventLoop>();
  std::unordered_map<QueuedStream*, std::unique_ptr<Subscriber>> subscribers_;
  std::atomic<std::size_t> count_{0};
  bool closed_ = false;
};

}  // namespace heirloom::http
