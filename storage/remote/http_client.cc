#include "storage/remote/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "storage/remote/http_url.h"

namespace heirloom {
namespace {

using std::chrono::milliseconds;
using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;
using Deadline = std::chrono::steady_clock::time_point;

constexpr std::size_t kMaxHead = 256u << 10;
constexpr int kMaxRedirects = 3;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool SameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

// What one exchange collects; curl calls back with it.
struct Exchange {
  const HttpRequest& request;
  HttpResponse response;
  std::size_t head_bytes = 0;
  bool too_large = false;
};

std::size_t OnBody(char* data, std::size_t, std::size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  std::string& body = exchange.response.body;
  if (size > exchange.request.max_response_bytes - body.size()) {
    exchange.too_large = true;
    return 0;  // Fewer than given: curl ends the exchange.
  }
  body.append(data, size);
  return size;
}

std::size_t OnHeader(char* data, std::size_t, std::size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  exchange.head_bytes += size;
  if (exchange.head_bytes > kMaxHead) {
    exchange.too_large = true;
    return 0;
  }
  std::string_view line(data, size);
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
  // A status line starts a head: forget what an interim answer (100) said.
  if (line.starts_with("HTTP/")) exchange.response.headers.clear();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
  exchange.response.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
  return size;
}

int OnProgress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Exchange*>(user)->request.stop.stop_requested() ? 1 : 0;
}

bool IsToken(std::string_view text) {  // RFC 9110 section 5.6.2.
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (Lower(c) >= 'a' && Lower(c) <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

Status CheckHeaders(const HttpRequest& request) {
  if (!IsToken(request.method)) {
    return Fail(ErrorCode::kInvalidArgument, "the method is not a word");
  }
  for (const HttpHeader& header : request.headers) {
    const bool one_line =
        header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
    if (!IsToken(header.name) || !one_line) {
      return Fail(ErrorCode::kInvalidArgument, "a header field is not one line of text");
    }
  }
  return {};
}

// curl's own additions are switched off: a body's type is the caller's to name, and "100 Continue"
// only costs a round trip here.
HeaderList MakeHeaders(const HttpRequest& request) {
  curl_slist* list = nullptr;
  const auto add = [&](const std::string& line) { list = curl_slist_append(list, line.c_str()); };
  bool has_type = false;
  for (const HttpHeader& header : request.headers) {
    has_type = has_type || SameName(header.name, "Content-Type");
    // In curl's lists "Name:" removes a field; "Name;" sends an empty one.
    add(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  if (!has_type) add("Content-Type:");
  add("Expect:");
  return {list, &curl_slist_free_all};
}

template <typename Value>
void Set(CURL* curl, CURLoption option, Value value) {
  curl_easy_setopt(curl, option, value);
}

void SetMethod(CURL* curl, const HttpRequest& request) {
  const bool sends_body = !request.body.empty() || request.method == "POST" ||
                          request.method == "PUT" || request.method == "PATCH";
  if (request.method == "HEAD") {
    Set(curl, CURLOPT_NOBODY, 1L);
  } else if (sends_body) {
    Set(curl, CURLOPT_POST, 1L);
    Set(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    Set(curl, CURLOPT_POSTFIELDS, request.body.data());
  } else {
    Set(curl, CURLOPT_HTTPGET, 1L);
  }
  Set(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void SetUp(CURL* curl, const HttpClientOptions& options, const HttpUrl& url,
           const std::string& address, milliseconds left, Exchange& exchange) {
  Set(curl, CURLOPT_URL, address.c_str());
  Set(curl, CURLOPT_PATH_AS_IS, 1L);  // A signature or a key may hold "..".
  Set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  Set(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(curl, CURLOPT_HTTP09_ALLOWED, 0L);
  Set(curl, CURLOPT_NOSIGNAL, 1L);  // No SIGALRM; and curl writes without SIGPIPE, also under TLS.
  Set(curl, CURLOPT_USERAGENT, options.user_agent.c_str());
  Set(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  Set(curl, CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::min(left, exchange.request.connect_timeout).count()));
  if (url.IsLoopback()) Set(curl, CURLOPT_PROXY, "");
  if (!options.ca_file.empty()) Set(curl, CURLOPT_CAINFO, options.ca_file.c_str());
  if (!options.ca_folder.empty()) Set(curl, CURLOPT_CAPATH, options.ca_folder.c_str());
  Set(curl, CURLOPT_WRITEFUNCTION, &OnBody);
  Set(curl, CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
  Set(curl, CURLOPT_HEADERFUNCTION, &OnHeader);
  Set(curl, CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
  Set(curl, CURLOPT_NOPROGRESS, 0L);
  Set(curl, CURLOPT_XFERINFOFUNCTION, &OnProgress);
  Set(curl, CURLOPT_XFERINFODATA, static_cast<void*>(&exchange));
}

// The only place that knows both vocabularies. curl's own messages may quote the request: only
// those of its codes are used, which do not.
Error ErrorOfCurl(CURLcode code, const Exchange& exchange, const HttpUrl& url) {
  const std::string where = url.Shown() + ": ";
  if (exchange.too_large) {
    return {ErrorCode::kTooLarge, where + "the answer is longer than allowed", {}};
  }
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
      return {ErrorCode::kUnavailable, where + "stopped", {}};
    case CURLE_OPERATION_TIMEDOUT:
      return {ErrorCode::kUnavailable, where + "no answer in time", {}};
    case CURLE_COULDNT_CONNECT:
      return {ErrorCode::kUnavailable, where + "nobody answers there", {}};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {ErrorCode::kUnavailable, where + "the host's name is not known", {}};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {ErrorCode::kForbidden, where + "its certificate is not trusted", {}};
    case CURLE_SSL_CACERT_BADFILE:
      return {ErrorCode::kForbidden, where + "the file of trusted certificates cannot be read", {}};
    default:
      return {
          ErrorCode::kUnavailable, where + "the exchange failed: " + curl_easy_strerror(code), {}};
  }
}

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(HttpClientOptions options) : options_(std::move(options)) {}

  Result<HttpResponse> Send(const HttpRequest& request) override {
    if (const Status good = CheckHeaders(request); !good) return ErrorOf(good);
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
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    Exchange exchange{request, {}, 0, false};
    if (left <= milliseconds(0)) return Fail(CURLE_OPERATION_TIMEDOUT, exchange, url);
    Handle curl = Take();
    if (curl == nullptr) return heirloom::Fail(ErrorCode::kInternal, "no memory for a request");
    const HeaderList headers = MakeHeaders(request);
    SetUp(curl.get(), options_, url, address, left, exchange);
    Set(curl.get(), CURLOPT_HTTPHEADER, headers.get());
    SetMethod(curl.get(), request);
    const CURLcode code = curl_easy_perform(curl.get());
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    char* redirect = nullptr;
    curl_easy_getinfo(curl.get(), CURLINFO_REDIRECT_URL, &redirect);
    if (redirect != nullptr) next = redirect;
    // Forgets the pointers into this call, keeps the connection.
    curl_easy_reset(curl.get());
    GiveBack(std::move(curl));
    if (code != CURLE_OK) return Fail(code, exchange, url);
    exchange.response.status = static_cast<int>(status);
    return std::move(exchange.response);
  }

  static tl::unexpected<Error> Fail(CURLcode code, const Exchange& exchange, const HttpUrl& url) {
    return tl::unexpected<Error>(ErrorOfCurl(code, exchange, url));
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

std::optional<std::string_view> HttpResponse::GetHeader(std::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (SameName(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::unique_ptr<HttpClient> MakeHttpClient(HttpClientOptions options) {
  // Once per process, and thread-safe in the library we build with (CURL_VERSION_THREADSAFE).
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(ready);
  return std::make_unique<CurlClient>(std::move(options));
}

}  // namespace heirloom
