#include "appliance/cli/archive_export.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "appliance/archive/format/archive_reader.h"
#include "appliance/base/sha256.h"
#include "appliance/cli/archive_client.h"
#include "appliance/cli/subcommand.h"

namespace heirloom::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxStarts = 3;

tl::unexpected<Error> DiskError(const std::string& what, int error) {
  return Fail(ErrorCode::kUnavailable, what + ": " + std::strerror(error));
}

// A file that gets its name at the end or never. Not thread-safe.
class NewFile {
 public:
  static Result<NewFile> Begin(const fs::path& target) {
    NewFile file;
    file.target_ = target;
    file.name_ = target.string() + ".XXXXXX.part";
    file.fd_ = ::mkostemps(file.name_.data(), 5, O_CLOEXEC);
    if (file.fd_ < 0) return DiskError(target.string() + " cannot be made", errno);
    return file;
  }

  NewFile(NewFile&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        name_(std::move(other.name_)),
        target_(std::move(other.target_)) {}
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile() {
    if (fd_ < 0) return;
    ::close(fd_);
    ::unlink(name_.c_str());
  }

  int descriptor() const { return fd_; }

  Status Append(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return DiskError(name_ + " cannot be written", errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  Status StartAgain() {
    if (::ftruncate(fd_, 0) != 0 || ::lseek(fd_, 0, SEEK_SET) != 0) {
      return DiskError(name_ + " cannot be written", errno);
    }
    return {};
  }

  // On the disk, and there under its name after a loss of power.
  Status Keep(const fs::path& as) {
    if (::fsync(fd_) != 0) return DiskError(name_ + " cannot be synced", errno);
    if (::rename(name_.c_str(), as.c_str()) != 0) {
      return DiskError(as.string() + " cannot be made", errno);
    }
    ::close(std::exchange(fd_, -1));
    const fs::path folder = as.has_parent_path() ? as.parent_path() : fs::path(".");
    const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return DiskError(folder.string() + " cannot be synced", errno);
    const int synced = ::fsync(directory);
    const int error = errno;
    ::close(directory);
    if (synced != 0) return DiskError(folder.string() + " cannot be synced", error);
    return {};
  }

  const fs::path& target() const { return target_; }

 private:
  NewFile() = default;

  int fd_ = -1;
  std::string name_;
  fs::path target_;
};

struct Downloaded {
  std::uint64_t bytes = 0;
  std::string sha256;
};

class Exporter {
 public:
  Exporter(const ArchiveClient& client, std::string path, const ServerWorld& world)
      : client_(client), path_(std::move(path)), world_(world) {}

  Result<Downloaded> Fetch(NewFile& file) {
    for (int start = 0; start < kMaxStarts; ++start) {
      if (const Status empty = file.StartAgain(); !empty) return ErrorOf(empty);
      auto whole = FetchOnce(file);
      if (!whole) return ErrorOf(whole);
      if (*whole) return std::move(**whole);
    }
    return Fail(ErrorCode::kUnavailable,
                "the server started the archive again and again; try later");
  }

 private:
  // nullopt: the server has it no more, and it must begin from the start.
  Result<std::optional<Downloaded>> FetchOnce(NewFile& file) {
    Downloaded got;
    Sha256 hash;
    std::uint64_t total = 0;
    do {
      auto piece = client_.Download(path_, got.bytes, got.sha256);
      if (!piece) return ErrorOf(piece);
      if (!*piece) return std::optional<Downloaded>();
      got.sha256 = (*piece)->sha256;
      total = (*piece)->total;
      if (const Status kept = file.Append((*piece)->bytes); !kept) return ErrorOf(kept);
      hash.Update((*piece)->bytes);
      got.bytes += (*piece)->bytes.size();
      world_.progress.Show("taking bytes", static_cast<std::int64_t>(got.bytes),
                           static_cast<std::int64_t>(total));
    } while (got.bytes < total);
    if (hash.Hex() != got.sha256) {
      return Fail(ErrorCode::kUnavailable, "what arrived is not what was sent; try again");
    }
    return std::optional<Downloaded>(std::move(got));
  }

  const ArchiveClient& client_;
  const std::string path_;
  const ServerWorld& world_;
};

Result<std::string> PathFor(const ExportOptions& options, const RetryingSender& sender,
                            const std::string& server, const std::string& token) {
  if (options.legacy.empty()) return std::string("/api/v1/export");
  const auto legacy = ImportClient(sender, server, token).FindLegacy(options.legacy);
  if (!legacy) return ErrorOf(legacy);
  if (!*legacy) {
    return Fail(ErrorCode::kNotFound, "there is no legacy \"" + options.legacy + "\"");
  }
  return "/api/v1/legacies/" + **legacy + "/export";
}

void Report(const ExportOptions& options, const Downloaded& got, const archive::Counts& counts,
            std::ostream& out) {
  if (options.json) {
    JsonWriter json;
    json.BeginObject().Member("file", options.out).Member("legacies", counts.legacies);
    json.Member("stories", counts.stories).Member("revisions", counts.revisions);
    json.Member("bytes", static_cast<std::int64_t>(got.bytes)).Member("sha256", got.sha256);
    out << json.EndObject().Take() << "\n";
    return;
  }
  const auto counted = [](std::int64_t count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
  };
  out << options.out << " holds " << counted(counts.legacies, "legacy", "legacies") << ", "
      << counted(counts.stories, "story", "stories") << " and "
      << counted(counts.revisions, "revision", "revisions") << " (" << got.bytes << " bytes).\n";
}

Status Export(const ExportOptions& options, const ServerWorld& world) {
  auto server = CleanServer(options.server);
  if (!server) return ErrorOf(server);
  if (options.out.empty()) return Fail(ErrorCode::kInvalidArgument, "--out must name a file");
  auto token = ReadToken(options.token_file, world.token);
  if (!token) return ErrorOf(token);
  RetryingSender sender(world.client, world.pauses, world.clock, world.random);
  sender.OnRetry([&](const RetryingSender::Retry& retry) {
    world.err << "heirloom: " << retry.reason << "; trying again\n" << std::flush;
  });
  const auto path = PathFor(options, sender, *server, *token);
  if (!path) return ErrorOf(path);
  auto file = NewFile::Begin(options.out);
  if (!file) return ErrorOf(file);
  const ArchiveClient client(sender, ApiAccess(*server, *token));
  const auto got = Exporter(client, *path, world).Fetch(*file);
  if (!got) return ErrorOf(got);
  const auto checked = archive::CheckArchive([&](const archive::ZipCallbacks& callbacks) {
    return archive::ReadZip(file->descriptor(), {}, callbacks);
  });
  if (!checked) {
    const std::string aside = options.out + ".damaged";
    if (const Status kept = file->Keep(aside); !kept) return ErrorOf(kept);
    return Fail(ErrorCode::kMalformed, "the server's archive does not hold together: " +
                                           checked.error().message + "; it is kept as " + aside);
  }
  if (const Status kept = file->Keep(options.out); !kept) return ErrorOf(kept);
  Report(options, *got, checked->manifest.counts, world.out);
  return {};
}

}  // namespace

int ExportArchive(const ExportOptions& options, const ServerWorld& world) {
  const Status done = Export(options, world);
  if (done) return kDone;
  world.err << "heirloom: " << done.error().message << "\n";
  return done.error().code == ErrorCode::kInvalidArgument ? kUsage : kFailed;
}

}  // namespace heirloom::cli
