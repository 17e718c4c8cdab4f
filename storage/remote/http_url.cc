#include "storage/remote/http_url.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

namespace heirloom {
namespace {

using UrlHandle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

// Empty when the URL has no such part.
std::string Part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return "";
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
  return text;
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

}  // namespace

Result<HttpUrl> HttpUrl::Parse(const std::string& text) {
  const UrlHandle url(curl_url(), &curl_url_cleanup);
  // Without CURLU_DEFAULT_SCHEME a missing scheme is an error, not a guess.
  if (url == nullptr || text.find('\0') != std::string::npos ||
      curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_PATH_AS_IS) != CURLUE_OK) {
    return Fail(ErrorCode::kInvalidArgument, "not a URL such as https://example.org/path");
  }
  HttpUrl parsed;
  parsed.scheme = Lower(Part(url.get(), CURLUPART_SCHEME));
  parsed.host = Lower(Part(url.get(), CURLUPART_HOST));
  parsed.port = Part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  parsed.path = Part(url.get(), CURLUPART_PATH);
  if (parsed.scheme != "http" && parsed.scheme != "https") {
    return Fail(ErrorCode::kInvalidArgument, "the URL must start with http:// or https://");
  }
  if (!Part(url.get(), CURLUPART_USER).empty() || !Part(url.get(), CURLUPART_PASSWORD).empty()) {
    return Fail(ErrorCode::kInvalidArgument, "the URL must not hold a user name or password");
  }
  return parsed;
}

bool HttpUrl::SameServer(const HttpUrl& other) const {
  return scheme == other.scheme && host == other.host && port == other.port;
}

bool HttpUrl::IsLoopback() const {
  // curl has already made 127.1 and 0x7f000001 into 127.0.0.1.
  return host == "localhost" || host.ends_with(".localhost") || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

std::string HttpUrl::Shown() const {
  const bool usual = port == (scheme == "https" ? "443" : "80");
  return scheme + "://" + host + (usual ? "" : ":" + port) + path;
}

}  // namespace heirloom
