#include "storage/files/data_file.h"

#include <algorithm>
#include <utility>

namespace heirloom::files {
namespace {

auto Damaged(const fs::path& path) {
  return Fail(ErrorCode::kInternal,
              "blobs: " + path.string() + " is damaged: its bytes are not those that were written");
}

}  // namespace

Result<NewFile> NewFile::Create(fs::path path) {
  Result<Descriptor> file = CreateFile(path);
  if (!file) return ErrorOf(file);
  return NewFile(std::move(path), std::move(*file));
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      file_(std::move(other.file_)),
      size_(other.size_),
      sum_(other.sum_) {}

NewFile::~NewFile() {
  if (!path_.empty()) static_cast<void>(Remove(path_).has_value());
}

Status NewFile::Write(std::string_view bytes) {
  if (const Status wrote = WriteAll(file_, bytes, path_); !wrote) return wrote;
  sum_.Update(bytes);
  size_ += static_cast<std::int64_t>(bytes.size());
  return {};
}

Status NewFile::Append(const fs::path& path, std::int64_t size, std::uint32_t crc32c) {
  const Result<Descriptor> file = OpenFile(path);
  if (!file) return ErrorOf(file);
  return ReadSpan(*file, path, size, crc32c, {},
                  [&](std::string_view piece) { return Write(piece); }, {});
}

Status NewFile::MoveTo(const fs::path& path) {
  if (const Status synced = SyncFile(file_, path_); !synced) return synced;
  if (const Status moved = Rename(path_, path); !moved) return moved;
  path_.clear();
  return {};
}

Status ReadSpan(const Descriptor& file, const fs::path& path, std::int64_t size,
                std::uint32_t crc32c, const BlobSpan& span, const BlobSink& sink,
                const std::stop_token& stop) {
  if (span.offset > size) {
    return Fail(ErrorCode::kInvalidArgument, "the span begins after the end of the blob");
  }
  const std::int64_t length = std::min(span.length.value_or(size), size - span.offset);
  std::string piece(static_cast<std::size_t>(std::min<std::int64_t>(length, kMaxReadPiece)), '\0');
  Crc32c sum;
  for (std::int64_t done = 0; done < length;) {
    if (stop.stop_requested()) return Fail(ErrorCode::kUnavailable, "stopped");
    const auto wanted = static_cast<std::size_t>(
        std::min<std::int64_t>(length - done, static_cast<std::int64_t>(piece.size())));
    const Result<std::size_t> got = ReadAt(file, span.offset + done, piece.data(), wanted, path);
    if (!got) return ErrorOf(got);
    if (*got < wanted) return Damaged(path);
    const std::string_view bytes(piece.data(), wanted);
    sum.Update(bytes);
    if (Status taken = sink(bytes); !taken) return taken;
    done += static_cast<std::int64_t>(wanted);
  }
  if (stop.stop_requested()) return Fail(ErrorCode::kUnavailable, "stopped");
  if (length == size && sum.Value() != crc32c) return Damaged(path);
  return {};
}

}  // namespace heirloom::files
