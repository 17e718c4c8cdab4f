#include "storage/remote/http_client.h"

#include <curl/curl.h>

#include <mutex>
#include <utility>

#include "storage/remote/http_exchange.h"
#include "storage/remote/http_url.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;
using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Deadline = std::chrono::steady_clock::time_point;

constexpr int kMaxRedirects = 3;

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(HttpClientOptions options) : options_(std::move(options)) {}

  Result<HttpResponse> Send(const HttpRequest& request) override {
    if (const Status good = HttpExchange::Check(request); !good) return ErrorOf(good);
    const Deadline deadline = std::chrono::steady_clock::now() + request.timeout;
    const bool follows = request.method == "GET" || request.method == "HEAD";
    std::string address = request.url;
    for (int hops = 0;; ++hops) {
      const Result<HttpUrl> url = HttpUrl::Parse(address);
      if (!url) return ErrorOf(url);
      std::string next;
      Result<HttpResponse> answer = SendOnce(request, *url, address, deadline, next);
      if (!answer || next.empty() || !follows || hops == kMaxRedirects) return answer;
      const Result<HttpUrl> target = HttpUrl::Parse(next);
      if (!target || !target->SameServer(*url)) return answer;
      address = std::move(next);
    }
  }

 private:
  // `next`: where a redirect points, or empty.
  Result<HttpResponse> SendOnce(const HttpRequest& request, const HttpUrl& url,
                                const std::string& address, Deadline deadline, std::string& next) {
    HttpExchange exchange(request);
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left <= milliseconds(0)) return exchange.Finish(CURLE_OPERATION_TIMEDOUT, 0, url);
    Handle curl = Take();
    if (curl == nullptr) return Fail(ErrorCode::kInternal, "no memory for a request");
    exchange.SetUp(curl.get(), options_, url, address, left);
    const CURLcode code = curl_easy_perform(curl.get());
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    char* redirect = nullptr;
    curl_easy_getinfo(curl.get(), CURLINFO_REDIRECT_URL, &redirect);
    if (redirect != nullptr) next = redirect;
    // Forgets the pointers into this call, keeps the connection.
    curl_easy_reset(curl.get());
    GiveBack(std::move(curl));
    return exchange.Finish(code, static_cast<int>(status), url);
  }

  // The handle used last: its connection is the likeliest to be open still.
  Handle Take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return {curl_easy_init(), &curl_easy_cleanup};
    Handle handle = std::move(idle_.back());
    idle_.pop_back();
    return handle;
  }

  void GiveBack(Handle handle) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < options_.max_idle_handles) idle_.push_back(std::move(handle));
  }

  const HttpClientOptions options_;
  std::mutex mutex_;
  std::vector<Handle> idle_;  // Guarded by mutex_. Each is used by one exchange at a time.
};

}  // namespace

std::unique_ptr<HttpClient> MakeHttpClient(HttpClientOptions options) {
  // Once per process, and thread-safe in the library we build with (CURL_VERSION_THREADSAFE).
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(ready);
  return std::make_unique<CurlClient>(std::move(options));
}

}  // namespace heirloom
