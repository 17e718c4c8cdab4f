#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "storage/remote/http_client.h"
#include "storage/remote/http_url.h"

namespace heirloom {

// One request and its answer, as libcurl calls back for it. For http_client.cc alone. Stays where
// it is while curl has its address.
class HttpExchange {
 public:
  explicit HttpExchange(const HttpRequest& request) : request_(request) {}
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  // kInvalidArgument for what must not go out.
  static Status Check(const HttpRequest& request);

  // All of curl's options for one exchange with `address`, which is `url` as text.
  void SetUp(CURL* curl, const HttpClientOptions& options, const HttpUrl& url,
             const std::string& address, std::chrono::milliseconds left);

  // What came of it. The only place that knows curl's vocabulary and ours.
  Result<HttpResponse> Finish(CURLcode code, int status, const HttpUrl& url);

 private:
  using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

  static std::size_t OnBody(char* data, std::size_t, std::size_t size, void* user);
  static std::size_t OnHeader(char* data, std::size_t, std::size_t size, void* user);
  static std::size_t OnRead(char* buffer, std::size_t, std::size_t size, void* user);
  static int OnSeek(void* user, curl_off_t offset, int origin);
  static int OnProgress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

  void SetMethod(CURL* curl);
  bool TakeBody(std::string_view piece);
  bool TakeHeaderLine(std::string_view line);
  bool MarksItsEnd(int status) const;

  const HttpRequest& request_;
  HttpResponse response_;
  HeaderList headers_{nullptr, &curl_slist_free_all};
  std::size_t head_bytes_ = 0;
  std::uint64_t uploaded_ = 0;
  int status_ = 0;           // Of the head that comes in.
  bool head_whole_ = false;  // The empty line after it was there.
  bool too_large_ = false;
  std::optional<Error> refused_;  // By the sink or the upload.
};

}  // namespace heirloom
