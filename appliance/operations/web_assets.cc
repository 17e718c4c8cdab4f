#include "appliance/operations/web_assets.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "appliance/base/encoding.h"
#include "appliance/http/coding.h"
#include "appliance/http/header_text.h"
#include "appliance/http/problem.h"

namespace heirloom {
namespace {

constexpr std::string_view kIndex = "index.html";
constexpr std::size_t kWorthCompressing = 1024;

struct Type {
  std::string_view extension;
  const char* content_type;
  bool compresses;
};

constexpr std::array kTypes = {
    Type{"html", "text/html; charset=utf-8", true},
    Type{"js", "text/javascript; charset=utf-8", true},
    Type{"mjs", "text/javascript; charset=utf-8", true},
    Type{"css", "text/css; charset=utf-8", true},
    Type{"json", "application/json", true},
    Type{"webmanifest", "application/manifest+json", true},
    Type{"svg", "image/svg+xml", true},
    Type{"txt", "text/plain; charset=utf-8", true},
    Type{"png", "image/png", false},
    Type{"jpg", "image/jpeg", false},
    Type{"jpeg", "image/jpeg", false},
    Type{"webp", "image/webp", false},
    Type{"avif", "image/avif", false},
    Type{"ico", "image/x-icon", false},
    Type{"woff2", "font/woff2", false},
};

// What we do not know is handed over as bytes that no browser runs or shows.
const Type& TypeOf(std::string_view path) {
  static constexpr Type kOther{"", "application/octet-stream", false};
  const std::string_view extension = path.substr(path.rfind('.') + 1);
  const auto it = std::find_if(kTypes.begin(), kTypes.end(),
                               [&](const Type& type) { return type.extension == extension; });
  return it == kTypes.end() ? kOther : *it;
}

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// The build puts a hash of the content into each of these names.
bool NeverChanges(std::string_view path) { return StartsWith(path, "assets/"); }

bool IsName(std::string_view segment) {
  return !segment.empty() && segment.front() != '.' &&
         std::none_of(segment.begin(), segment.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == '\\' || c == 0x7f;
         });
}

// The names on a path; empty when one of them could lead elsewhere.
std::vector<std::string> NamesOf(std::string_view path) {
  std::vector<std::string> names;
  for (;;) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (!IsName(path.substr(0, slash))) return {};
    names.emplace_back(path.substr(0, slash));
    if (slash == path.size()) return names;
    path.remove_prefix(slash + 1);
  }
}

http::UniqueFd OpenBelow(const std::filesystem::path& root, const std::vector<std::string>& names) {
  http::UniqueFd folder(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (std::size_t i = 0; folder && i + 1 < names.size(); ++i) {
    folder = http::UniqueFd(
        ::openat(folder.get(), names[i].c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
  if (!folder) return folder;
  // Without waiting, should it be a pipe.
  return http::UniqueFd(
      ::openat(folder.get(), names.back().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
}

std::optional<std::string> ReadWhole(int file, std::size_t size) {
  std::string content(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t got = ::read(file, content.data() + filled, size - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;  // It became shorter under our hands.
    filled += static_cast<std::size_t>(got);
  }
  return content;
}

// RFC 9110 section 12.4.2: "q=0" in any of its spellings means: not this one.
bool IsRefusal(std::string_view parameter) {
  parameter = http::TrimBlanks(parameter);
  return StartsWith(parameter, "q=") &&
         parameter.find_first_not_of("0.", 2) == std::string_view::npos;
}

bool Accepts(const http::Request& request, std::string_view header, std::string_view wanted) {
  for (const std::string_view item : http::SplitList(request.GetHeader(header).value_or(""))) {
    const std::size_t end = std::min(item.find(';'), item.size());
    const std::string_view parameter = item.substr(std::min(end + 1, item.size()));
    if (http::EqualsIgnoringCase(http::TrimBlanks(item.substr(0, end)), wanted) &&
        !IsRefusal(parameter)) {
      return true;
    }
  }
  return false;
}

// Null where it would not help.
std::shared_ptr<const std::string> Packed(http::Coding coding, const std::string& content) {
  std::string packed = http::Encode(coding, content, http::Effort::kBest);
  if (packed.empty() || packed.size() >= content.size()) return nullptr;
  return std::make_shared<const std::string>(std::move(packed));
}

http::Response NotFound(const http::Request& request) {
  return http::Problem(request, {ErrorCode::kNotFound, "There is nothing at this address.", {}});
}

// Addresses of the application's own pages look like /legacies/…; what has another meaning never
// shows it.
bool IsPage(const http::Request& request) {
  const std::string& path = request.path;
  const bool other = path == "/api" || StartsWith(path, "/api/") || StartsWith(path, "/assets/");
  return !other && path.find("/.") == std::string::npos && Accepts(request, "Accept", "text/html");
}

}  // namespace

WebAssets::WebAssets(std::filesystem::path root, WebAssetLimits limits)
    : root_(std::move(root)), limits_(limits) {}

http::Response WebAssets::Serve(const http::Request& request) {
  const std::string_view path = std::string_view(request.path).substr(1);
  if (!path.empty()) {
    if (const auto asset = Find(path)) return ServeAsset(request, path, *asset);
    if (!IsPage(request)) return NotFound(request);
  }
  if (const auto index = Find(kIndex)) return ServeAsset(request, kIndex, *index);
  return path.empty() ? NotInstalled() : NotFound(request);
}

std::optional<WebAssets::Asset> WebAssets::Find(std::string_view path) {
  const std::vector<std::string> names = NamesOf(path);
  if (names.empty()) return std::nullopt;
  const http::UniqueFd file = OpenBelow(root_, names);
  struct stat about {};
  if (!file || ::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) return std::nullopt;
  if (about.st_size < 0 || static_cast<std::size_t>(about.st_size) > limits_.max_file) {
    return std::nullopt;
  }
  static constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
  const Stamp stamp{about.st_mtim.tv_sec * kNanosPerSecond + about.st_mtim.tv_nsec, about.st_size,
                    about.st_ino};
  {
    const std::lock_guard lock(mutex_);
    const auto cached = cache_.find(path);
    if (cached != cache_.end() && cached->second.stamp == stamp) return cached->second;
  }
  return Load(std::string(path), file.get(), stamp);
}

std::optional<WebAssets::Asset> WebAssets::Load(const std::string& path, int file,
                                                const Stamp& stamp) {
  std::optional<std::string> content = ReadWhole(file, static_cast<std::size_t>(stamp.size));
  if (!content) return std::nullopt;
  Asset asset;
  asset.stamp = stamp;
  asset.etag = Sha256Hex(*content).substr(0, 32);
  if (TypeOf(path).compresses && content->size() >= kWorthCompressing) {
    asset.gzip = Packed(http::Coding::kGzip, *content);
    asset.brotli = Packed(http::Coding::kBrotli, *content);
  }
  asset.content = std::make_shared<const std::string>(std::move(*content));

  const auto size_of = [](const Asset& one) {
    return one.content->size() + (one.gzip ? one.gzip->size() : 0) +
           (one.brotli ? one.brotli->size() : 0);
  };
  const std::lock_guard lock(mutex_);
  if (const auto earlier = cache_.find(path); earlier != cache_.end()) {
    cached_bytes_ -= size_of(earlier->second);
    cache_.erase(earlier);
  }
  if (cached_bytes_ + size_of(asset) <= limits_.max_total) {
    cached_bytes_ += size_of(asset);
    cache_.emplace(path, asset);
  }
  return asset;
}

http::Response WebAssets::ServeAsset(const http::Request& request, std::string_view path,
                                     const Asset& asset) const {
  const http::Coding wanted = http::ChooseCoding(request).coding;
  const auto& packed = wanted == http::Coding::kBrotli ? asset.brotli : asset.gzip;
  const bool pack = packed && wanted != http::Coding::kIdentity;
  const std::string coding = pack ? std::string(http::NameOf(wanted)) : "";
  http::Response response;
  response.Set("ETag", '"' + asset.etag + (pack ? "-" + coding : "") + '"');
  response.Set("Cache-Control",
               NeverChanges(path) ? "public, max-age=31536000, immutable" : "no-cache");
  if (asset.gzip || asset.brotli) response.Set("Vary", "Accept-Encoding");
  response.Set("Content-Type", TypeOf(path).content_type);
  if (pack) response.Set("Content-Encoding", coding);
  response.shared_body = pack ? packed : asset.content;
  return response;
}

http::Response WebAssets::NotInstalled() const {
  http::Response response;
  response.Set("Content-Type", "text/plain; charset=utf-8");
  response.body =
      "Heirloom is running, but its web pages are not installed.\n"
      "They are looked for in " +
      root_.string() + " (http.web_root in the configuration).\n";
  return response;
}

}  // namespace heirloom
