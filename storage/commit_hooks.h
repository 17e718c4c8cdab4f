#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace heirloom {

// Who hears of commits. Thread-safe.
class CommitHooks {
 public:
  using Hook = std::function<void(std::int64_t head)>;

  // Keeps one hook. When its destructor has returned, the hook is not running and never runs again;
  // so it must not end inside the hook itself. It may outlive the CommitHooks. Movable: one that
  // was moved from, or made by default, keeps nothing.
  class Subscription {
   public:
    Subscription() = default;
    Subscription(Subscription&&) noexcept = default;
    Subscription& operator=(Subscription&& other) noexcept;
    ~Subscription() { End(); }

    void End();  // Idempotent.

   private:
    friend class CommitHooks;
    struct Entry;
    explicit Subscription(std::shared_ptr<Entry> entry);
    std::shared_ptr<Entry> entry_;
  };

  CommitHooks();
  ~CommitHooks();

  [[nodiscard]] Subscription Add(Hook hook);
  // Calls each, in the order in which they were added. What one throws is logged.
  void Tell(std::int64_t head);

 private:
  struct Hooks;
  const std::shared_ptr<Hooks> hooks_;
};

}  // namespace heirloom
