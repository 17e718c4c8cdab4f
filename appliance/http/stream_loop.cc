#include "appliance/http/stream_loop.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>
#include <vector>

namespace heirloom::http {
namespace {

// What a subscriber may be behind once its socket is full.
constexpr std::size_t kMaxBehind = 4u << 10;
// What may wait for the loop to look, which it does within milliseconds.
constexpr std::size_t kMaxQueued = 64u << 10;

std::shared_ptr<QueuedStream> Ours(const std::shared_ptr<EventStream>& stream) {
  return std::static_pointer_cast<QueuedStream>(stream);  // NewEventStream makes no other.
}

}  // namespace

void QueuedStream::Send(std::string_view frame) {
  std::unique_lock lock(mutex_);
  if (closing_) return;
  if (queued_.size() + frame.size() > kMaxQueued) {
    closing_ = overrun_ = true;
  } else {
    queued_.append(frame);
  }
  Wake(std::move(lock));
}

void QueuedStream::Close() {
  std::unique_lock lock(mutex_);
  closing_ = true;
  Wake(std::move(lock));
}

bool QueuedStream::open() const {
  const std::lock_guard lock(mutex_);
  return !closing_;
}

void QueuedStream::Wake(std::unique_lock<std::mutex> lock) {
  if (!loop_ || scheduled_) return;
  scheduled_ = true;
  const std::shared_ptr<EventLoop> loop = loop_;
  StreamLoop* streams = streams_;
  lock.unlock();
  loop->Post([streams, self = shared_from_this()] { streams->Flush(self); });
}

class StreamLoop::Subscriber final : public Watcher {
 public:
  Subscriber(StreamLoop& owner, UniqueFd fd, Outgoing rest, std::shared_ptr<QueuedStream> stream)
      : owner_(owner), fd_(std::move(fd)), head_(std::move(rest)), stream_(std::move(stream)) {}

  ~Subscriber() override {
    owner_.loop_->Forget(fd_.get(), *this);
    owner_.connections_.Remove();
    --owner_.count_;
  }

  // Nothing is ever read: a subscriber's half-close means that it is gone.
  void OnReady(std::uint32_t events) override {
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) return owner_.Remove(*stream_);
    blocked_ = false;
    const std::shared_ptr<QueuedStream> stream = stream_;  // Flush may end this subscriber.
    owner_.Flush(stream);
  }

  bool Watch() { return owner_.loop_->Watch(fd_.get(), EPOLLRDHUP, *this); }

  // False when the subscriber is to be closed.
  bool Take(const std::string& frames, bool closing) {
    unsent_ += frames;
    if (!blocked_ && !Send()) return false;
    if (closing || unsent_.size() > kMaxBehind) return false;
    owner_.loop_->Rearm(fd_.get(), blocked_ ? EPOLLOUT | EPOLLRDHUP : EPOLLRDHUP, *this);
    return true;
  }

 private:
  bool Send() {
    const Outgoing::Progress progress = head_.Send(fd_.get());
    if (progress == Outgoing::Progress::kFailed) return false;
    blocked_ = progress == Outgoing::Progress::kBlocked;
    while (!blocked_ && !unsent_.empty()) {
      const ssize_t n =
          ::send(fd_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno != EAGAIN) return false;
      if (n < 0) {
        blocked_ = true;
      } else {
        unsent_.erase(0, static_cast<std::size_t>(n));
      }
    }
    return true;
  }

  StreamLoop& owner_;
  UniqueFd fd_;
  Outgoing head_;
  std::shared_ptr<QueuedStream> stream_;
  std::string unsent_;
  bool blocked_ = false;
};

StreamLoop::StreamLoop(ConnectionCount& connections) : connections_(connections) {}

StreamLoop::~StreamLoop() {
  for (const auto& [stream, subscriber] : subscribers_) Detach(*stream);
}

void StreamLoop::Adopt(UniqueFd fd, Outgoing rest, std::shared_ptr<EventStream> stream) {
  // std::function must be copyable, hence the shared holder.
  auto holder = std::make_shared<std::pair<UniqueFd, Outgoing>>(std::move(fd), std::move(rest));
  loop_->Post([this, holder, stream = std::move(stream)] {
    Attach(std::move(holder->first), std::move(holder->second), Ours(stream));
  });
}

void StreamLoop::Abandon(std::shared_ptr<EventStream> stream) {
  loop_->Post([stream = std::move(stream)] { Detach(*Ours(stream)); });
}

void StreamLoop::CloseAll() {
  loop_->Post([this] {
    closed_ = true;
    std::vector<QueuedStream*> streams;
    for (const auto& [stream, subscriber] : subscribers_) streams.push_back(stream);
    for (QueuedStream* stream : streams) Remove(*stream);
  });
}

void StreamLoop::Attach(UniqueFd fd, Outgoing rest, const std::shared_ptr<QueuedStream>& stream) {
  ++count_;  // Given back by the subscriber.
  auto subscriber = std::make_unique<Subscriber>(*this, std::move(fd), std::move(rest), stream);
  if (closed_ || subscribers_.count(stream.get()) > 0) {
    subscriber.reset();
    return Detach(*stream);
  }
  const bool watched = subscriber->Watch();
  subscribers_.emplace(stream.get(), std::move(subscriber));
  if (!watched) return Remove(*stream);
  {
    const std::lock_guard lock(stream->mutex_);
    stream->loop_ = loop_;
    stream->streams_ = this;
    stream->scheduled_ = true;
  }
  Flush(stream);
}

void StreamLoop::Flush(const std::shared_ptr<QueuedStream>& stream) {
  const auto it = subscribers_.find(stream.get());
  if (it == subscribers_.end()) return;
  std::string frames;
  bool closing = false;
  {
    const std::lock_guard lock(stream->mutex_);
    stream->scheduled_ = false;
    if (!stream->overrun_) frames.swap(stream->queued_);
    closing = stream->closing_;
  }
  if (!it->second->Take(frames, closing)) Remove(*stream);
}

void StreamLoop::Remove(QueuedStream& stream) {
  const std::shared_ptr<QueuedStream> keep = stream.shared_from_this();
  subscribers_.erase(&stream);
  Detach(stream);
}

void StreamLoop::Detach(QueuedStream& stream) {
  std::function<void()> on_close;
  {
    const std::lock_guard lock(stream.mutex_);
    stream.closing_ = true;
    stream.loop_.reset();
    on_close.swap(stream.on_close_);
  }
  if (on_close) on_close();
}

std::shared_ptr<EventStream> NewEventStream(std::function<void()> on_close) {
  return std::make_shared<QueuedStream>(std::move(on_close));
}

std::string EventFrame(std::string_view id, std::string_view event, std::string_view data) {
  std::string frame;
  const auto line = [&](std::string_view name, std::string_view value) {
    frame.append(name).append(": ").append(value).append("\n");
  };
  const auto first_line = [](std::string_view text) {
    return text.substr(0, text.find_first_of("\r\n"));
  };
  if (!id.empty()) line("id", first_line(id));
  if (!event.empty()) line("event", first_line(event));
  for (;;) {
    // CR LF, LF and CR all end a line there.
    const std::size_t end = data.find_first_of("\r\n");
    line("data", data.substr(0, end));
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + (data.substr(end, 2) == "\r\n" ? 2 : 1));
  }
  frame += "\n";
  return frame;
}

}  // namespace heirloom::http
