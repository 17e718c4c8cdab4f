#include "storage/remote/http_exchange.h"

#include <algorithm>
#include <charconv>

namespace heirloom {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxHead = 256u << 10;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool SameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

bool IsToken(std::string_view text) {  // RFC 9110 section 5.6.2.
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (Lower(c) >= 'a' && Lower(c) <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

// The number of "HTTP/1.1 404 Not Found", or 0.
int StatusOfLine(std::string_view line) {
  const std::size_t space = line.find(' ');
  int status = 0;
  if (space != std::string_view::npos) {
    std::from_chars(line.data() + space + 1, line.data() + line.size(), status);
  }
  return status;
}

template <typename Value>
void Set(CURL* curl, CURLoption option, Value value) {
  curl_easy_setopt(curl, option, value);
}

// curl's own additions are switched off: a body's type is the caller's to name, and "100 Continue"
// only costs a round trip here.
curl_slist* MakeHeaders(const HttpRequest& request) {
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
  return list;
}

void SetTrust(CURL* curl, const HttpClientOptions& options) {
  Set(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) {
    Set(curl, CURLOPT_CAINFO, options.ca_file.c_str());
    // Or the system's folder of authorities would count beside the one that was named.
    Set(curl, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (!options.ca_folder.empty()) Set(curl, CURLOPT_CAPATH, options.ca_folder.c_str());
}

}  // namespace

Status HttpExchange::Check(const HttpRequest& request) {
  if (!IsToken(request.method)) {
    return Fail(ErrorCode::kInvalidArgument, "the method is not a word");
  }
  if (request.upload && (!request.body.empty() || !request.upload->read)) {
    return Fail(ErrorCode::kInvalidArgument, "a request has one body: in memory, or in pieces");
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

std::size_t HttpExchange::OnBody(char* data, std::size_t, std::size_t size, void* user) {
  // Fewer than given: curl ends the exchange.
  return static_cast<HttpExchange*>(user)->TakeBody({data, size}) ? size : 0;
}

bool HttpExchange::TakeBody(std::string_view piece) {
  if (request_.sink && status_ >= 200 && status_ < 300) {
    const Status taken = request_.sink(piece);
    if (!taken) refused_ = taken.error();
    return taken.has_value();
  }
  std::string& body = response_.body;
  if (piece.size() > request_.max_response_bytes - body.size()) {
    too_large_ = true;
    return false;
  }
  body.append(piece);
  return true;
}

std::size_t HttpExchange::OnHeader(char* data, std::size_t, std::size_t size, void* user) {
  return static_cast<HttpExchange*>(user)->TakeHeaderLine({data, size}) ? size : 0;
}

bool HttpExchange::TakeHeaderLine(std::string_view line) {
  head_bytes_ += line.size();
  if (head_bytes_ > kMaxHead) {
    too_large_ = true;
    return false;
  }
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  const bool ended = line.ends_with('\n');
  while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    // A status line starts a head: forget what an interim answer (100) said.
    response_.headers.clear();
    status_ = StatusOfLine(line);
    head_whole_ = false;
    return true;
  }
  // The last line of a head that was cut comes without its end, and the empty line never.
  if (line.empty() && ended) head_whole_ = true;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
  response_.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
  return true;
}

std::size_t HttpExchange::OnRead(char* buffer, std::size_t, std::size_t size, void* user) {
  auto& exchange = *static_cast<HttpExchange*>(user);
  const HttpUpload& upload = *exchange.request_.upload;
  // Neither more nor less than was announced: the next request on this connection begins there.
  const std::uint64_t left = upload.length - exchange.uploaded_;
  if (left == 0) return 0;
  size = static_cast<std::size_t>(std::min<std::uint64_t>(size, left));
  Result<std::size_t> read = upload.read(std::span(buffer, size));
  if (read && *read > 0) {
    exchange.uploaded_ += *read;
    return *read;
  }
  exchange.refused_ = read ? Error{ErrorCode::kInternal, "an upload is shorter than it says", {}, 0}
                           : std::move(read.error());
  return CURL_READFUNC_ABORT;
}

int HttpExchange::OnSeek(void* user, curl_off_t offset, int origin) {
  auto& exchange = *static_cast<HttpExchange*>(user);
  const auto& rewind = exchange.request_.upload->rewind;
  if (offset != 0 || origin != SEEK_SET || !rewind) return CURL_SEEKFUNC_CANTSEEK;
  const Status done = rewind();
  exchange.uploaded_ = 0;
  if (done) return CURL_SEEKFUNC_OK;
  exchange.refused_ = done.error();
  return CURL_SEEKFUNC_FAIL;
}

int HttpExchange::OnProgress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<HttpExchange*>(user)->request_.stop.stop_requested() ? 1 : 0;
}

void HttpExchange::SetMethod(CURL* curl) {
  const bool sends_body = !request_.body.empty() || request_.method == "POST" ||
                          request_.method == "PUT" || request_.method == "PATCH";
  if (request_.method == "HEAD") {
    Set(curl, CURLOPT_NOBODY, 1L);
  } else if (request_.upload) {
    Set(curl, CURLOPT_UPLOAD, 1L);
    Set(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.upload->length));
    Set(curl, CURLOPT_READFUNCTION, &OnRead);
    Set(curl, CURLOPT_READDATA, static_cast<void*>(this));
    Set(curl, CURLOPT_SEEKFUNCTION, &OnSeek);
    Set(curl, CURLOPT_SEEKDATA, static_cast<void*>(this));
  } else if (sends_body) {
    Set(curl, CURLOPT_POST, 1L);
    Set(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    Set(curl, CURLOPT_POSTFIELDS, request_.body.data());
  } else {
    Set(curl, CURLOPT_HTTPGET, 1L);
  }
  Set(curl, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void HttpExchange::SetUp(CURL* curl, const HttpClientOptions& options, const HttpUrl& url,
                         const std::string& address, milliseconds left) {
  headers_.reset(MakeHeaders(request_));
  Set(curl, CURLOPT_HTTPHEADER, headers_.get());
  Set(curl, CURLOPT_URL, address.c_str());
  Set(curl, CURLOPT_PATH_AS_IS, 1L);  // A signature or a key may hold "..".
  Set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  Set(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(curl, CURLOPT_HTTP09_ALLOWED, 0L);
  Set(curl, CURLOPT_NOSIGNAL, 1L);  // No SIGALRM; and curl writes without SIGPIPE, also under TLS.
  Set(curl, CURLOPT_USERAGENT, options.user_agent.c_str());
  Set(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  Set(curl, CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::min(left, request_.connect_timeout).count()));
  if (url.IsLoopback()) Set(curl, CURLOPT_PROXY, "");
  if (request_.compressed) Set(curl, CURLOPT_ACCEPT_ENCODING, "");  // All that this curl knows.
  SetTrust(curl, options);
  SetMethod(curl);
  Set(curl, CURLOPT_WRITEFUNCTION, &OnBody);
  Set(curl, CURLOPT_WRITEDATA, static_cast<void*>(this));
  Set(curl, CURLOPT_HEADERFUNCTION, &OnHeader);
  Set(curl, CURLOPT_HEADERDATA, static_cast<void*>(this));
  Set(curl, CURLOPT_NOPROGRESS, 0L);
  Set(curl, CURLOPT_XFERINFOFUNCTION, &OnProgress);
  Set(curl, CURLOPT_XFERINFODATA, static_cast<void*>(this));
}

// RFC 9112 section 6.3, as far as curl does not look at it.
bool HttpExchange::MarksItsEnd(int status) const {
  return request_.method == "HEAD" || status == 204 || status == 304 ||
         response_.GetHeader("Content-Length") || response_.GetHeader("Transfer-Encoding");
}

// curl's own messages may quote the request: only those of its codes are used, which do not.
Result<HttpResponse> HttpExchange::Finish(CURLcode code, int status, const HttpUrl& url) {
  const auto fail = [&](ErrorCode kind, const std::string& what) {
    return Fail(kind, url.Shown() + ": " + what);
  };
  if (refused_) return tl::unexpected<Error>(std::move(*refused_));
  if (too_large_) return fail(ErrorCode::kTooLarge, "the answer is longer than allowed");
  switch (code) {
    case CURLE_OK:
      break;
    case CURLE_ABORTED_BY_CALLBACK:
      return fail(ErrorCode::kUnavailable, "stopped");
    case CURLE_OPERATION_TIMEDOUT:
      return fail(ErrorCode::kUnavailable, "no answer in time");
    case CURLE_COULDNT_CONNECT:
      return fail(ErrorCode::kUnavailable, "nobody answers there");
    case CURLE_COULDNT_RESOLVE_HOST:
      return fail(ErrorCode::kUnavailable, "the host's name is not known");
    case CURLE_PARTIAL_FILE:
      return fail(ErrorCode::kUnavailable, "the answer was cut off");
    case CURLE_PEER_FAILED_VERIFICATION:
      return fail(ErrorCode::kForbidden, "its certificate is not trusted");
    case CURLE_SSL_CONNECT_ERROR:
      return fail(ErrorCode::kUnavailable,
                  "no secure connection came about: it speaks no TLS, or signs falsely");
    case CURLE_SSL_CACERT_BADFILE:
      return fail(ErrorCode::kForbidden, "the file of trusted certificates cannot be read");
    default:
      return fail(ErrorCode::kUnavailable,
                  std::string("the exchange failed: ") + curl_easy_strerror(code));
  }
  // curl takes the end of a connection for the end of a head, and gives what came as an answer.
  if (!head_whole_) return fail(ErrorCode::kUnavailable, "the answer was cut off in its head");
  if (request_.framed_only && !MarksItsEnd(status)) {
    return fail(ErrorCode::kUnavailable, "the answer does not say where it ends");
  }
  response_.status = status;
  return std::move(response_);
}

std::optional<std::string_view> HttpResponse::GetHeader(std::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (SameName(header.name, name)) return header.value;
  }
  return std::nullopt;
}

}  // namespace heirloom
