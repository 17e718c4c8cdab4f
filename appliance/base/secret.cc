#include "appliance/base/secret.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <tuple>
#include <utility>

#include "appliance/base/log.h"

namespace heirloom {
namespace {

// What changes when a file does, be it written or exchanged.
using Stamp = std::tuple<dev_t, ino_t, off_t, std::int64_t, std::int64_t>;

Stamp StampOf(const struct stat& about) {
  constexpr std::int64_t kNanos = 1'000'000'000;
  return {about.st_dev, about.st_ino, about.st_size,
          about.st_mtim.tv_sec * kNanos + about.st_mtim.tv_nsec,
          about.st_ctim.tv_sec * kNanos + about.st_ctim.tv_nsec};
}

struct Content {
  std::string text;
  Stamp stamp;
};

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  const int number_;
};

auto Broken(const std::filesystem::path& path, const std::string& why) {
  return Fail(ErrorCode::kInvalidArgument, "the file " + path.string() + " " + why);
}

Result<std::string> ReadAll(int file, const std::filesystem::path& path) {
  std::string text(Secret::kMaxBytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Broken(path, std::string("cannot be read: ") + std::strerror(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > Secret::kMaxBytes) return Broken(path, "is larger than 64 KiB");
  text.resize(size);
  return text;
}

Result<Content> ReadSecretFile(const std::filesystem::path& path) {
  // Not blocking: a pipe in its place must not hold us up.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat about {};
  if (file.number() < 0 || ::fstat(file.number(), &about) != 0) {
    return Broken(path, std::string("cannot be opened: ") + std::strerror(errno));
  }
  if (!S_ISREG(about.st_mode)) return Broken(path, "is no regular file");
  Result<std::string> text = ReadAll(file.number(), path);
  if (!text) return ErrorOf(text);
  if (!text->empty() && text->back() == '\n') text->pop_back();
  if (!text->empty() && text->back() == '\r') text->pop_back();
  if (text->empty()) return Broken(path, "is empty");
  return Content{std::move(*text), StampOf(about)};
}

}  // namespace

class Secret::Source {
 public:
  explicit Source(std::string literal) : content_{std::move(literal), {}} {}
  Source(std::filesystem::path path, Content content)
      : path_(std::move(path)), content_(std::move(content)) {}

  std::string Value() {
    const std::lock_guard lock(mutex_);
    if (!path_.empty()) Follow();
    return content_.text;
  }

 private:
  void Follow() {
    struct stat about {};
    const bool there = ::stat(path_.c_str(), &about) == 0;
    // A file that was broken is tried again each time: it may be readable now without another
    // stamp.
    if (there && !broken_ && StampOf(about) == content_.stamp) return;
    Result<Content> content = ReadSecretFile(path_);
    if (!content) {
      if (!std::exchange(broken_, true)) {
        LogWarn("a secret cannot be read; the last good one stays in use",
                {{"reason", content.error().message}});
      }
      return;
    }
    broken_ = false;
    if (content->text != content_.text) {
      LogInfo("a secret was exchanged", {{"file", path_.string()}});
    }
    content_ = std::move(*content);
  }

  std::mutex mutex_;
  const std::filesystem::path path_;  // Empty: it is what it is.
  Content content_;
  bool broken_ = false;
};

Secret Secret::Literal(std::string value) {
  return Secret(std::make_shared<Source>(std::move(value)));
}

Result<Secret> Secret::FromFile(const std::filesystem::path& path) {
  Result<Content> content = ReadSecretFile(path);
  if (!content) return ErrorOf(content);
  return Secret(std::make_shared<Source>(path, std::move(*content)));
}

std::string Secret::Value() const { return source_ ? source_->Value() : std::string(); }

}  // namespace heirloom
