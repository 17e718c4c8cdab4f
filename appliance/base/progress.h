#pragma once

#include <cstdint>
#include <string_view>

namespace heirloom {

// How far a long job is, told to whoever waits for it; who may also have gone meanwhile.
// Thread-safe.
class Progress {
 public:
  virtual ~Progress() = default;

  // `done` of `total` things were done; a total of 0 says that no end is in sight. `what` says in a
  // few words of ours what goes on: "reading stories". Cheap: call it for each batch.
  virtual void Show(std::string_view what, std::int64_t done, std::int64_t total) = 0;

  // Whether nobody waits any more. The job then ends soon, with kUnavailable, at a point from which
  // it can be run again.
  virtual bool Cancelled() const = 0;
};

// For who does not care.
class NoProgress final : public Progress {
 public:
  void Show(std::string_view, std::int64_t, std::int64_t) override {}
  bool Cancelled() const override { return false; }
};

}  // namespace heirloom
