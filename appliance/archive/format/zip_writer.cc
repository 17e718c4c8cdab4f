#include "appliance/archive/format/zip_writer.h"

#include <archive.h>
#include <archive_entry.h>

#include <cerrno>
#include <utility>

namespace heirloom::archive {
namespace {

constexpr std::size_t kPiece = 256u << 10;

struct EntryFreer {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

}  // namespace

// Where the library's bytes go, and why they did not arrive.
struct ZipWriter::Sink {
  explicit Sink(TempFile& file) : out(file) {}

  static la_ssize_t Write(struct ::archive* zip, void* sink, const void* bytes, std::size_t size) {
    auto& self = *static_cast<Sink*>(sink);
    self.status = self.out.Append({static_cast<const char*>(bytes), size});
    if (self.status) return static_cast<la_ssize_t>(size);
    archive_set_error(zip, EIO, "not written");
    return -1;
  }

  TempFile& out;
  Status status;
};

Result<ZipWriter> ZipWriter::Begin(TempFile& out) {
  ZipWriter writer(std::make_unique<Sink>(out), archive_write_new());
  struct ::archive* zip = writer.zip_;
  const bool set = archive_write_set_format_zip(zip) == ARCHIVE_OK &&
                   archive_write_set_options(
                       zip, "zip:compression=deflate,zip:compression-level=6") == ARCHIVE_OK &&
                   archive_write_set_bytes_per_block(zip, 64 << 10) == ARCHIVE_OK &&
                   archive_write_set_bytes_in_last_block(zip, 1) == ARCHIVE_OK &&
                   archive_write_open2(zip, writer.sink_.get(), nullptr, Sink::Write, nullptr,
                                       nullptr) == ARCHIVE_OK;
  if (!set) return writer.Failure();
  return writer;
}

ZipWriter::ZipWriter(std::unique_ptr<Sink> sink, struct ::archive* zip)
    : sink_(std::move(sink)), zip_(zip) {}

ZipWriter::ZipWriter(ZipWriter&& other) noexcept
    : sink_(std::move(other.sink_)), zip_(std::exchange(other.zip_, nullptr)) {}

ZipWriter::~ZipWriter() {
  if (zip_ == nullptr) return;
  archive_write_fail(zip_);  // Without it, freeing would write the end of a file nobody wants.
  archive_write_free(zip_);
}

tl::unexpected<Error> ZipWriter::Failure() const {
  if (!sink_->status) return ErrorOf(sink_->status);
  const char* words = archive_error_string(zip_);
  return Fail(ErrorCode::kInternal, std::string("libarchive: ") + (words ? words : "unknown"));
}

Status ZipWriter::BeginEntry(std::string_view name, std::uint64_t size) {
  const std::unique_ptr<archive_entry, EntryFreer> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), std::string(name).c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  // Before 1980, where the format's times begin: then it writes that beginning, in every time zone.
  archive_entry_set_mtime(entry.get(), 0, 0);
  if (archive_write_header(zip_, entry.get()) != ARCHIVE_OK) return Failure();
  return {};
}

Status ZipWriter::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const la_ssize_t written = archive_write_data(zip_, bytes.data(), bytes.size());
    if (written <= 0) return Failure();
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status ZipWriter::Add(std::string_view name, std::string_view bytes) {
  if (Status begun = BeginEntry(name, bytes.size()); !begun) return begun;
  return Write(bytes);
}

Status ZipWriter::Add(std::string_view name, const TempFile& file) {
  if (Status begun = BeginEntry(name, file.size()); !begun) return begun;
  for (std::uint64_t at = 0; at < file.size(); at += kPiece) {
    const Result<std::string> piece = file.Read(at, kPiece);
    if (!piece) return ErrorOf(piece);
    if (Status written = Write(*piece); !written) return written;
  }
  return {};
}

Status ZipWriter::Finish() {
  if (archive_write_close(zip_) != ARCHIVE_OK) return Failure();
  return sink_->out.Flush();
}

}  // namespace heirloom::archive
