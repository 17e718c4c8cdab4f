#include "storage/aws/sigv4.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "appliance/base/digest.h"
#include "appliance/base/encoding.h"
#include "appliance/domain/rfc3339.h"

namespace heirloom::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

char LowerOf(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), LowerOf);
  return lower;
}

// A URL in the pieces that are signed. Taken apart by hand: every byte counts as it is sent, and a
// parser would mend some.
struct UrlPieces {
  std::string_view scheme, authority, path, query;
};

UrlPieces Split(std::string_view url) {
  UrlPieces pieces;
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return pieces;
  pieces.scheme = url.substr(0, scheme_end);
  url = url.substr(scheme_end + 3);
  url = url.substr(0, url.find('#'));
  const std::size_t authority_end = std::min(url.find_first_of("/?"), url.size());
  pieces.authority = url.substr(0, authority_end);
  url.remove_prefix(authority_end);
  const std::size_t query = url.find('?');
  pieces.path = url.substr(0, query);
  if (query != std::string_view::npos) pieces.query = url.substr(query + 1);
  return pieces;
}

// As the HTTP client sends it: without the scheme's own port.
std::string HostOf(const UrlPieces& url) {
  std::string host = Lower(url.authority);
  const std::string_view usual = url.scheme == "https" ? ":443" : ":80";
  if (host.ends_with(usual)) host.resize(host.size() - usual.size());
  return host;
}

std::vector<std::string_view> SplitAt(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(mark);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// Encoded once, however it was written. A broken escape stands for itself.
std::string EncodedOnce(std::string_view text) {
  const std::optional<std::string> plain = PercentDecode(text);
  return PercentEncode(plain ? std::string_view(*plain) : text);
}

// Without empty and dot segments (RFC 3986 section 5.2.4, and AWS).
std::string Normalized(std::string_view path) {
  std::vector<std::string_view> kept;
  const std::vector<std::string_view> segments = SplitAt(path, '/');
  for (const std::string_view segment : segments) {
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  std::string normalized;
  for (const std::string_view segment : kept) normalized.append("/").append(segment);
  const bool folder = segments.back().empty() || segments.back() == "." || segments.back() == "..";
  if (normalized.empty() || folder) normalized += '/';
  return normalized;
}

std::string CanonicalPath(std::string_view path, SigningScope::Path rule) {
  if (path.empty()) return "/";
  const bool normalized = rule == SigningScope::Path::kNormalized;
  const std::string text = normalized ? Normalized(path) : std::string(path);
  std::string canonical;
  for (const std::string_view segment : SplitAt(text, '/')) {
    canonical += normalized ? PercentEncode(segment) : EncodedOnce(segment);
    canonical += '/';
  }
  canonical.pop_back();
  return canonical;
}

// Sorted by name, then value, after encoding. A name without a value gets its "=".
std::string CanonicalQuery(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string_view part : SplitAt(query, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    pairs.emplace_back(EncodedOnce(part.substr(0, equals)), EncodedOnce(value));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string canonical;
  for (const auto& [name, value] : pairs) {
    if (!canonical.empty()) canonical += '&';
    canonical.append(name).append("=").append(value);
  }
  return canonical;
}

// Whether proxies, the HTTP client or tracing may add, drop or change it.
bool ChangesOnTheWay(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "authorization", "connection",      "expect",           "te", "traceparent", "tracestate",
      "user-agent",    "x-amzn-trace-id", "transfer-encoding"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// Trimmed, and with runs of white space made one blank.
std::string CanonicalValue(std::string_view value) {
  std::string canonical;
  bool blank = false;
  for (const char c : value) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      blank = !canonical.empty();
      continue;
    }
    if (std::exchange(blank, false)) canonical += ' ';
    canonical += c;
  }
  return canonical;
}

// Lower-case names, sorted, to canonical values; those of one name joined in their order.
std::map<std::string, std::string> SignedHeaders(const HttpRequest& request) {
  std::map<std::string, std::string> headers;
  for (const HttpHeader& header : request.headers) {
    const std::string name = Lower(header.name);
    if (ChangesOnTheWay(name)) continue;
    const auto [at, added] = headers.try_emplace(name, CanonicalValue(header.value));
    if (!added) at->second += "," + CanonicalValue(header.value);
  }
  headers.try_emplace("host", HostOf(Split(request.url)));
  return headers;
}

std::string NamesOf(const std::map<std::string, std::string>& headers) {
  std::string names;
  for (const auto& [name, value] : headers) names.append(names.empty() ? "" : ";").append(name);
  return names;
}

// 20150830T123600Z
std::string AmzDate(Time now) {
  std::string text = ToRfc3339(now).substr(0, 19);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text + "Z";
}

std::string CredentialScope(const std::string& date, const SigningScope& scope) {
  return date.substr(0, 8) + "/" + scope.region + "/" + scope.service + "/aws4_request";
}

std::string Signature(const std::string& canonical, const Credentials& credentials,
                      const SigningScope& scope, const std::string& date) {
  const std::string to_sign = std::string(kAlgorithm) + "\n" + date + "\n" +
                              CredentialScope(date, scope) + "\n" + Sha256Hex(canonical);
  std::string key = HmacSha256("AWS4" + credentials.secret_access_key, date.substr(0, 8));
  key = HmacSha256(key, scope.region);
  key = HmacSha256(key, scope.service);
  key = HmacSha256(key, "aws4_request");
  return ToHex(HmacSha256(key, to_sign));
}

bool IsOneLine(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

Status Check(const HttpRequest& request, const Credentials& credentials) {
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty()) {
    return Fail(ErrorCode::kForbidden, "there are no keys to sign with");
  }
  if (!IsOneLine(credentials.access_key_id) || !IsOneLine(credentials.session_token) ||
      !IsOneLine(credentials.secret_access_key)) {
    return Fail(ErrorCode::kInvalidArgument, "the keys to sign with are damaged: blanks in them");
  }
  if (Split(request.url).authority.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "a URL to be signed has no host");
  }
  return {};
}

// In place where it is there already: who signs again finds the others where they were.
void SetHeader(HttpRequest& request, std::string_view name, const std::string& value) {
  const std::string lower = Lower(name);
  const auto is_it = [&](const HttpHeader& header) { return Lower(header.name) == lower; };
  if (value.empty()) {
    std::erase_if(request.headers, is_it);
    return;
  }
  const auto at = std::find_if(request.headers.begin(), request.headers.end(), is_it);
  if (at == request.headers.end()) {
    request.headers.push_back({std::string(name), value});
  } else {
    at->value = value;
  }
}

}  // namespace

std::optional<Time> ParseAmzDate(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  const std::string iso = std::string(text.substr(0, 4)) + "-" + std::string(text.substr(4, 2)) +
                          "-" + std::string(text.substr(6, 5)) + ":" +
                          std::string(text.substr(11, 2)) + ":" + std::string(text.substr(13, 2)) +
                          ".000000Z";
  return ParseRfc3339(iso);
}

std::string CanonicalRequest(const HttpRequest& request, const SigningScope& scope,
                             std::string_view payload_hash) {
  const UrlPieces url = Split(request.url);
  const std::map<std::string, std::string> headers = SignedHeaders(request);
  std::string canonical = request.method + "\n" + CanonicalPath(url.path, scope.path) + "\n" +
                          CanonicalQuery(url.query) + "\n";
  for (const auto& [name, value] : headers) {
    canonical.append(name).append(":").append(value).append("\n");
  }
  return canonical.append("\n").append(NamesOf(headers)).append("\n").append(payload_hash);
}

Status Sign(HttpRequest& request, const Credentials& credentials, const SigningScope& scope,
            Time now, std::string_view payload_hash) {
  if (const Status good = Check(request, credentials); !good) return ErrorOf(good);
  const std::string date = AmzDate(now);
  SetHeader(request, "Authorization", "");
  SetHeader(request, "X-Amz-Date", date);
  SetHeader(request, "X-Amz-Security-Token", credentials.session_token);
  if (scope.payload_header) {
    SetHeader(request, "X-Amz-Content-Sha256", std::string(payload_hash));
  }
  const std::string canonical = CanonicalRequest(request, scope, payload_hash);
  SetHeader(request, "Authorization",
            std::string(kAlgorithm) + " Credential=" + credentials.access_key_id + "/" +
                CredentialScope(date, scope) +
                ", SignedHeaders=" + NamesOf(SignedHeaders(request)) +
                ", Signature=" + Signature(canonical, credentials, scope, date));
  return {};
}

Result<std::string> Presign(const HttpRequest& request, const Credentials& credentials,
                            const SigningScope& scope, Time now, int seconds,
                            std::string_view payload_hash) {
  if (const Status good = Check(request, credentials); !good) return ErrorOf(good);
  if (seconds < 1 || seconds > kMaxPresignSeconds) {
    return Fail(ErrorCode::kInvalidArgument, "a presigned URL is good for 1 second to 7 days");
  }
  const std::string date = AmzDate(now);
  HttpRequest signing = request;
  signing.url = signing.url.substr(0, signing.url.find('#'));
  const auto add = [&](std::string_view name, std::string_view value) {
    const char joint = signing.url.find('?') == std::string::npos ? '?' : '&';
    signing.url.append(1, joint).append(name).append("=").append(PercentEncode(value));
  };
  add("X-Amz-Algorithm", kAlgorithm);
  add("X-Amz-Credential", credentials.access_key_id + "/" + CredentialScope(date, scope));
  add("X-Amz-Date", date);
  add("X-Amz-Expires", std::to_string(seconds));
  if (!credentials.session_token.empty()) add("X-Amz-Security-Token", credentials.session_token);
  add("X-Amz-SignedHeaders", NamesOf(SignedHeaders(request)));
  const std::string canonical = CanonicalRequest(signing, scope, payload_hash);
  add("X-Amz-Signature", Signature(canonical, credentials, scope, date));
  return std::move(signing.url);
}

}  // namespace heirloom::aws
