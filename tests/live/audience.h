#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "appliance/live/live_service.h"
#include "tests/support/household.h"

namespace heirloom::testing {

// A stream that keeps what was sent to it.
class HeardStream final : public http::EventStream {
 public:
  explicit HeardStream(std::function<void()> on_close) : on_close_(std::move(on_close)) {}

  void Send(std::string_view frame) override {
    const std::lock_guard lock(mutex_);
    if (open_) text_ += frame;
  }
  void Close() override {
    std::function<void()> on_close;
    {
      const std::lock_guard lock(mutex_);
      open_ = false;
      on_close.swap(on_close_);
    }
    if (on_close) on_close();
  }
  bool open() const override {
    const std::lock_guard lock(mutex_);
    return open_;
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
  bool open_ = true;
  std::function<void()> on_close_;
};

// The types in a piece of an event stream, in order: "StoryCreated StoryUpdated".
inline std::string TypesIn(const std::string& text) {
  constexpr std::string_view kField = "event: ";
  std::string types;
  for (auto at = text.find(kField); at != std::string::npos; at = text.find(kField, at + 1)) {
    const auto from = at + kField.size();
    types += (types.empty() ? "" : " ") + text.substr(from, text.find('\n', from) - from);
  }
  return types;
}

// Somebody with an API token.
inline Caller CallerOf(Household& house, const Principal& who,
                       const std::vector<std::string>& scopes = {}) {
  const auto token = house.identity.CreateToken(who.name + "@example.org", "test", scopes);
  if (!token) Panic(token.error().message);
  auto caller = house.identity.ByToken(*token);
  if (!caller) Panic(caller.error().message);
  return std::move(*caller);
}

}  // namespace heirloom::testing
