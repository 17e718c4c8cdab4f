#include "storage/s3/s3_options.h"

#include <algorithm>
#include <utility>

#include "appliance/base/encoding.h"
#include "storage/remote/http_url.h"

namespace heirloom::s3 {
namespace {

auto Refuse(std::string message) { return Fail(ErrorCode::kInvalidArgument, std::move(message)); }

// Amazon's rules for general purpose buckets, without dots: those break TLS in virtual style.
bool IsBucket(std::string_view name) {
  const auto inside = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return name.size() >= 3 && name.size() <= 63 && inside(name.front()) && inside(name.back()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return inside(c) || c == '-'; });
}

bool IsRegion(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Result<std::string> ReadEndpoint(std::string_view key, const std::string& text) {
  const Result<HttpUrl> url = HttpUrl::Parse(text);
  if (!url) return Refuse(std::string(key) + ": " + url.error().message);
  const bool bare =
      (url->path.empty() || url->path == "/") && text.find_first_of("?#") == std::string::npos;
  if (!bare) return Refuse(std::string(key) + " must be scheme, host and port alone");
  const bool usual = url->port == (url->scheme == "https" ? "443" : "80");
  return url->scheme + "://" + url->host + (usual ? "" : ":" + url->port);
}

Status ReadParameter(std::string_view name, std::string value, Options& options) {
  if (name == "region") {
    if (!IsRegion(value)) return Refuse("region '" + value + "' is none, like eu-central-1");
    options.region = std::move(value);
  } else if (name == "style") {
    if (value != "path" && value != "virtual") return Refuse("style is path or virtual");
    options.path_style = value == "path";
  } else if (name == "endpoint" || name == "public_endpoint") {
    const Result<std::string> endpoint = ReadEndpoint(name, value);
    if (!endpoint) return ErrorOf(endpoint);
    (name == "endpoint" ? options.endpoint : options.public_endpoint) = *endpoint;
  } else {
    return Refuse("'" + std::string(name) +
                  "' is no setting of a bucket; there are endpoint, public_endpoint, region "
                  "and style");
  }
  return {};
}

}  // namespace

std::string Options::BucketUrl(bool for_browsers) const {
  const std::string& base = for_browsers && !public_endpoint.empty() ? public_endpoint : endpoint;
  if (path_style) return base + "/" + bucket;
  const std::size_t host = base.find("://") + 3;
  return base.substr(0, host) + bucket + "." + base.substr(host);
}

Result<Options> ParseUrl(std::string_view url) {
  constexpr std::string_view kScheme = "s3://";
  if (!url.starts_with(kScheme)) return Refuse("write it like s3://bucket?region=eu-central-1");
  url.remove_prefix(kScheme.size());
  if (url.find('@') < url.find('?')) {
    return Refuse("keys do not belong in the URL; use aws.access_key_id and aws.secret_access_key");
  }
  const std::size_t mark = std::min(url.find('?'), url.size());
  Options options;
  options.bucket = url.substr(0, mark);
  if (options.bucket.ends_with('/')) options.bucket.pop_back();
  if (!IsBucket(options.bucket)) {
    return Refuse("'" + options.bucket + "' is no bucket: 3 to 63 of a-z, 0-9 and -");
  }
  url.remove_prefix(std::min(mark + 1, url.size()));
  while (!url.empty()) {
    const std::size_t end = std::min(url.find('&'), url.size());
    const std::string_view pair = url.substr(0, end);
    url.remove_prefix(std::min(end + 1, url.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::optional<std::string> value =
        PercentDecode(pair.substr(std::min(equals + 1, pair.size())));
    if (!value || value->empty()) {
      return Refuse("'" + std::string(pair.substr(0, equals)) + "' has no value");
    }
    const Status read = ReadParameter(pair.substr(0, equals), std::move(*value), options);
    if (!read) return ErrorOf(read);
  }
  if (options.endpoint.empty()) {
    options.endpoint = "https://s3." + options.region + ".amazonaws.com";
  }
  return options;
}

}  // namespace heirloom::s3
