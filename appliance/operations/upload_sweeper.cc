#include "appliance/operations/upload_sweeper.h"

#include <string>

#include "appliance/base/log.h"

namespace heirloom {
namespace {

constexpr Time kEach = Time::FromSeconds(3'600);
constexpr Time kAbandonedAfter = Time::FromSeconds(kMaxSignedSeconds);

}  // namespace

Status UploadSweeper::Housekeep() {
  const Time now = clock_.Now();
  if (now < next_) return {};
  next_ = now + kEach;
  const Result<int> swept = store_.SweepUploads(now - kAbandonedAfter);
  if (!swept) return ErrorOf(swept);
  if (*swept > 0)
    LogInfo("swept uploads that nobody went on with", {{"uploads", std::to_string(*swept)}});
  return {};
}

}  // namespace heirloom
