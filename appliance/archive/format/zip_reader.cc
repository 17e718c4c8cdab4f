#include "appliance/archive/format/zip_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <unordered_set>
#include <utility>

#include "appliance/archive/format/layout.h"

namespace heirloom::archive {
namespace {

constexpr std::uint64_t kRatioCountsFrom = 100'000'000;
constexpr std::size_t kPiece = 64u << 10;

struct ReadFreer {
  void operator()(struct ::archive* zip) const { archive_read_free(zip); }
};
using Zip = std::unique_ptr<struct ::archive, ReadFreer>;

tl::unexpected<Error> Damaged(const std::string& name, const std::string& what) {
  return Fail(ErrorCode::kMalformed, name + ": " + what);
}

tl::unexpected<Error> NoZip() {
  return Fail(ErrorCode::kMalformed, "it is no ZIP file, or its end is missing");
}

// Names come from the file: shown without what could steer a terminal.
std::string Shown(const char* name) {
  if (name == nullptr) return "a file whose name cannot be read";
  std::string out;
  for (const char* c = name; *c != '\0' && out.size() < 200; ++c) {
    out += *c >= ' ' && *c <= '~' ? *c : '?';
  }
  return out;
}

class Walk {
 public:
  Walk(struct ::archive* zip, std::uint64_t file_size, const ZipLimits& limits,
       const ZipCallbacks& callbacks)
      : zip_(zip), file_size_(file_size), limits_(limits), callbacks_(callbacks) {}

  Status Run() {
    for (;;) {
      archive_entry* entry = nullptr;
      const int got = archive_read_next_header(zip_, &entry);
      if (got == ARCHIVE_EOF) return {};
      if (got != ARCHIVE_OK && entries_ == 0) return NoZip();
      if (got != ARCHIVE_OK) return Damaged("the ZIP's directory", Words());
      if (Status taken = Take(entry); !taken) return taken;
    }
  }

 private:
  std::string Words() const {
    const char* words = archive_error_string(zip_);
    return Shown(words == nullptr ? "it cannot be read" : words);
  }

  Status Take(archive_entry* entry) {
    const char* pathname = archive_entry_pathname(entry);
    const std::string shown = Shown(pathname);
    if (++entries_ > limits_.max_entries) return Damaged("the ZIP", "it holds too many files");
    if (archive_entry_is_encrypted(entry) != 0) return Damaged(shown, "it is encrypted");
    std::string name = pathname == nullptr ? "" : pathname;
    const bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
    if (is_folder && name.ends_with('/')) name.pop_back();
    if (!IsSafeName(name)) return Damaged(shown, "no file of an archive has such a name");
    if (is_folder) return {};  // Programs that pack again add them; they hold nothing.
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_symlink(entry) != nullptr ||
        archive_entry_hardlink(entry) != nullptr) {
      return Damaged(shown, "it is no plain file");
    }
    if (!seen_.insert(name).second) return Damaged(shown, "it is there twice");
    if (callbacks_.want && !callbacks_.want(name)) return {};
    return Read(name);
  }

  Status Read(const std::string& name) {
    std::string bytes;
    std::array<char, kPiece> piece;
    for (;;) {
      const la_ssize_t got = archive_read_data(zip_, piece.data(), piece.size());
      if (got == 0) break;
      if (got < 0) return Damaged(name, "it is damaged (" + Words() + ")");
      bytes.append(piece.data(), static_cast<std::size_t>(got));
      total_ += static_cast<std::uint64_t>(got);
      if (bytes.size() > limits_.max_entry_bytes) return Damaged(name, "it is too large");
      if (total_ > limits_.max_total_bytes) return Damaged("the ZIP", "it holds too much");
      if (total_ > kRatioCountsFrom && total_ / limits_.max_ratio > file_size_) {
        return Damaged("the ZIP", "it is packed more tightly than stories can be");
      }
    }
    return callbacks_.on_file(name, std::move(bytes));
  }

  struct ::archive* const zip_;
  const std::uint64_t file_size_;
  const ZipLimits limits_;
  const ZipCallbacks& callbacks_;
  std::unordered_set<std::string> seen_;
  std::uint64_t entries_ = 0;
  std::uint64_t total_ = 0;
};

// By the directory at its end alone: what stands between the files is nothing of ours.
Zip NewZip() {
  Zip zip(archive_read_new());
  archive_read_support_format_zip_seekable(zip.get());
  return zip;
}

}  // namespace

Status ReadZip(int descriptor, const ZipLimits& limits, const ZipCallbacks& callbacks) {
  struct stat about {};
  if (::fstat(descriptor, &about) != 0 || ::lseek(descriptor, 0, SEEK_SET) != 0) {
    return Fail(ErrorCode::kUnavailable, "the file cannot be read");
  }
  const Zip zip = NewZip();
  if (archive_read_open_fd(zip.get(), descriptor, kPiece) != ARCHIVE_OK) return NoZip();
  return Walk(zip.get(), static_cast<std::uint64_t>(about.st_size), limits, callbacks).Run();
}

Status ReadZip(std::string_view bytes, const ZipLimits& limits, const ZipCallbacks& callbacks) {
  const Zip zip = NewZip();
  if (archive_read_open_memory(zip.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return NoZip();
  return Walk(zip.get(), bytes.size(), limits, callbacks).Run();
}

}  // namespace heirloom::archive
