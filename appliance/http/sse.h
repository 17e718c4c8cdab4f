#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace heirloom::http {

// One subscriber's end of a text/event-stream (WHATWG HTML, "Server-sent events"). The connection
// is held by one epoll loop, not by a thread. Thread-safe; Send after the client went is harmless.
class EventStream {
 public:
  virtual ~EventStream() = default;
  // Queues one frame. What the socket does not take at once is kept; over 4 KiB behind, the
  // subscriber is closed, to come back with its Last-Event-ID.
  virtual void Send(std::string_view frame) = 0;
  virtual void Close() = 0;
  virtual bool open() const = 0;
};

// Makes a stream to put into Response::stream. `on_close` is called once, from the loop's thread.
std::shared_ptr<EventStream> NewEventStream(std::function<void()> on_close = {});

// "id: …\nevent: …\ndata: …\n\n"; a line end in `data` becomes several data lines.
std::string EventFrame(std::string_view id, std::string_view event, std::string_view data);

}  // namespace heirloom::http
