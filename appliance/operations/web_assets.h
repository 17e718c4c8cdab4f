#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "appliance/base/result.h"
#include "appliance/http/message.h"
#include "appliance/http/unique_fd.h"

namespace heirloom {

struct WebAssetLimits {
  std::size_t max_file = 8u << 20;
  std::size_t max_total = 64u << 20;  // Kept in memory; beyond, files are read anew.
};

// The web UI's files: read when first asked for, then kept as long as they are the same on disk.
// Nothing outside the folder can be reached: each name on the path is opened by itself, from the
// folder down, and neither symbolic links nor names that start with a dot are followed.
// Thread-safe.
class WebAssets {
 public:
  explicit WebAssets(std::filesystem::path root, WebAssetLimits limits = {});

  // Answers GET of whatever no route matches: a file; for the address of a page (not of the API,
  // and the browser wants HTML) the application itself, which finds its way from there; else 404.
  // Without an installed UI `/` says so.
  http::Response Serve(const http::Request& request);

 private:
  // What tells one state of a file from another.
  struct Stamp {
    std::int64_t changed_nanos = 0;
    std::int64_t size = 0;
    std::uint64_t inode = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  struct Asset {
    Stamp stamp;
    std::shared_ptr<const std::string> content;
    std::shared_ptr<const std::string> gzip;  // Null where it would not help.
    std::shared_ptr<const std::string> brotli;
    std::string etag;  // Of the content, without quotes.
  };

  std::optional<Asset> Find(std::string_view path);
  std::optional<Asset> Load(const std::string& path, int file, const Stamp& stamp);
  http::Response ServeAsset(const http::Request& request, std::string_view path,
                            const Asset& asset) const;
  http::Response NotInstalled() const;

  const std::filesystem::path root_;
  const WebAssetLimits limits_;
  std::mutex mutex_;
  std::map<std::string, Asset, std::less<>> cache_;  // By path below root_.
  std::size_t cached_bytes_ = 0;
};

}  // namespace heirloom
