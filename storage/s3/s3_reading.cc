#include "storage/s3/s3_reading.h"

#include <algorithm>
#include <string>

#include "storage/s3/s3_answers.h"
#include "storage/s3/s3_xml.h"

namespace heirloom::s3 {
namespace {

// What is asked for at once: a break costs no more than this, and no exchange takes for ever.
constexpr std::int64_t kReadSpan = 32 << 20;
// How often a span is gone on with after it broke without a byte in between.
constexpr int kMaxBreaks = 4;

}  // namespace

Status Reading::Run(std::int64_t offset, std::int64_t length) {
  int breaks = 0;
  for (std::int64_t done = 0; done < length;) {
    const std::int64_t wanted = std::min(length - done, kReadSpan);
    received_ = 0;
    wanted_ = wanted;
    const Status read = ReadOnce(offset + done, wanted);
    done += received_;
    if (refusal_) return tl::unexpected<Error>(*refusal_);
    if (read && received_ == wanted) {
      breaks = 0;
      continue;
    }
    const bool may_pass = !read && read.error().code == ErrorCode::kUnavailable;
    breaks = received_ > 0 ? 0 : breaks + 1;
    if (!read && (!may_pass || breaks == kMaxBreaks)) return read;
    if (read) return Fail(ErrorCode::kUnavailable, "blobs: a read ended early");
  }
  if (length == info_.size && info_.crc32c && *info_.crc32c != sum_.Value()) {
    return Fail(ErrorCode::kInternal,
                "blobs: a blob is damaged: its bytes are not those that were written");
  }
  return {};
}

Status Reading::ReadOnce(std::int64_t offset, std::int64_t wanted) {
  Ask ask = about_;
  ask.headers = {
      {"Range", "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + wanted - 1)},
      {"If-Match", "\"" + info_.etag + "\""}};
  ask.stop = stop_;
  ask.sink = [this](std::string_view piece) { return Take(piece); };
  const Result<HttpResponse> answer = client_.Send(ask);
  if (!answer && (answer.error().code == ErrorCode::kPreconditionFailed ||
                  answer.error().code == ErrorCode::kNotFound)) {
    return Changed();
  }
  if (!answer) return ErrorOf(answer);
  // Of servers that do not look at If-Match.
  if (Unquoted(Field(*answer, "ETag")) != info_.etag) return Changed();
  return {};
}

Status Reading::Changed() {
  refusal_ = Error{ErrorCode::kUnavailable, "blobs: the blob was changed while it was read", {}, 1};
  return tl::unexpected<Error>(*refusal_);
}

Status Reading::Take(std::string_view piece) {
  const auto size = static_cast<std::int64_t>(piece.size());
  if (stop_.stop_requested()) {
    refusal_ = Error{ErrorCode::kUnavailable, "stopped", {}, 0};
  } else if (received_ + size > wanted_) {
    refusal_ = Error{ErrorCode::kInternal, "blobs: the store gave more than was asked for", {}, 0};
  } else if (const Status taken = sink_(piece); !taken) {
    refusal_ = taken.error();
  }
  if (refusal_) return tl::unexpected<Error>(*refusal_);
  sum_.Update(piece);
  received_ += size;
  return {};
}

}  // namespace heirloom::s3
