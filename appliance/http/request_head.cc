#include "appliance/http/request_head.h"

#include <algorithm>
#include <array>

#include "appliance/base/encoding.h"
#include "appliance/base/text.h"
#include "appliance/http/header_text.h"

namespace heirloom::http {
namespace {

using MaybeRefusal = std::optional<Refusal>;

Refusal Malformed(std::string detail) { return Refusal{400, std::move(detail)}; }

bool IsKnownMethod(std::string_view method) {
  constexpr std::array<std::string_view, 7> kMethods = {"GET",   "HEAD",   "POST",   "PUT",
                                                        "PATCH", "DELETE", "OPTIONS"};
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool HasDotSegment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);  // The slash.
    const std::string_view segment = path.substr(0, path.find('/'));
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(segment.size());
  }
  return false;
}

bool HasEncodedSlash(std::string_view raw) {
  for (std::size_t at = raw.find('%'); at != std::string_view::npos; at = raw.find('%', at + 1)) {
    if (EqualsIgnoringCase(raw.substr(at, 3), "%2F")) return true;
  }
  return false;
}

// An encoded slash or dot segment names two things, one before decoding and one after: a proxy in
// front of us might have allowed the other one.
MaybeRefusal ParsePath(std::string_view raw, std::string& path) {
  if (HasEncodedSlash(raw)) return Malformed("The path has an encoded slash.");
  std::optional<std::string> decoded = PercentDecode(raw);
  if (!decoded) return Malformed("The path has a broken percent-escape.");
  if (!IsStorableText(*decoded)) return Malformed("The path is not UTF-8.");
  if (HasControl(*decoded)) return Malformed("The path has a control character.");
  if (HasDotSegment(*decoded)) return Malformed("The path has a dot segment.");
  path = std::move(*decoded);
  return std::nullopt;
}

MaybeRefusal ParseQuery(std::string_view raw, RequestHead& head) {
  while (!raw.empty()) {
    const std::string_view pair = raw.substr(0, raw.find('&'));
    raw.remove_prefix(std::min(pair.size() + 1, raw.size()));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    std::optional<std::string> name = PercentDecode(pair.substr(0, equals), true);
    std::optional<std::string> value = PercentDecode(
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
    if (!name || !value) return Malformed("The query has a broken percent-escape.");
    if (!IsStorableText(*name) || !IsStorableText(*value)) {
      return Malformed("The query is not UTF-8, or has a U+0000.");
    }
    head.query.emplace_back(std::move(*name), std::move(*value));
  }
  return std::nullopt;
}

// The absolute form (RFC 9112 section 3.2.2): what stands before the path goes to `authority`.
bool TakeAuthority(std::string_view& target, std::string_view& authority) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!EqualsIgnoringCase(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    authority = target.substr(0, target.find_first_of("/?"));
    target.remove_prefix(authority.size());
    return !authority.empty();
  }
  return false;
}

MaybeRefusal ParseTarget(std::string_view target, std::string_view& authority, RequestHead& head) {
  const bool visible = std::all_of(target.begin(), target.end(),
                                   [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
  if (target.empty() || !visible) return Malformed("The request target has a forbidden character.");
  if (target == "*" && head.method == "OPTIONS") {
    head.path = target;
    return std::nullopt;
  }
  if (target.front() != '/' && !TakeAuthority(target, authority)) {
    return Malformed("The request target must be a path.");
  }
  const std::string_view path = target.substr(0, target.find('?'));
  if (MaybeRefusal refusal = ParsePath(path.empty() ? "/" : path, head.path)) return refusal;
  target.remove_prefix(std::min(path.size() + 1, target.size()));
  return ParseQuery(target, head);
}

MaybeRefusal ParseVersion(std::string_view version, RequestHead& head) {
  if (version == "HTTP/1.1") return std::nullopt;
  if (version == "HTTP/1.0") {
    head.close = true;
    return std::nullopt;
  }
  const bool other = version.size() == 8 && version.substr(0, 5) == "HTTP/" &&
                     ParseDigits(version.substr(5, 1)) && version[6] == '.' &&
                     ParseDigits(version.substr(7));
  if (other) return Refusal{505, "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
  return Malformed("The request line is broken.");
}

MaybeRefusal ParseRequestLine(std::string_view line, const HeadLimits& limits,
                              std::string_view& authority, RequestHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos || line.find(' ', second + 1) != std::string_view::npos) {
    return Malformed("The request line is broken.");
  }
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, second - first - 1);
  if (!IsToken(method)) return Malformed("The method is broken.");
  if (MaybeRefusal refusal = ParseVersion(line.substr(second + 1), head)) return refusal;
  if (target.size() > limits.max_target) {
    return Refusal{414, "The request target may have at most " + std::to_string(limits.max_target) +
                            " bytes."};
  }
  if (!IsKnownMethod(method)) {
    return Refusal{501, "Known are GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS."};
  }
  head.method = method;
  return ParseTarget(target, authority, head);
}

MaybeRefusal ParseField(std::string_view line, RequestHead& head) {
  if (line.front() == ' ' || line.front() == '\t') {
    return Malformed("A header is folded over several lines.");
  }
  const std::size_t colon = line.find(':');
  // A name with a blank before the colon is no token.
  if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) {
    return Malformed("A header has a broken name.");
  }
  const std::string_view value = TrimBlanks(line.substr(colon + 1));
  if (!IsFieldValue(value)) return Malformed("A header has a control character.");
  head.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
  return std::nullopt;
}

// What the fields say that this listener itself acts upon, gathered in one pass.
struct Facts {
  std::vector<std::string_view> hosts, lengths, encodings, expectations;
};

Facts Gather(const RequestHead& head) {
  Facts facts;
  for (const Header& header : head.headers) {
    if (EqualsIgnoringCase(header.name, "Host")) facts.hosts.push_back(header.value);
    if (EqualsIgnoringCase(header.name, "Content-Length")) facts.lengths.push_back(header.value);
    if (EqualsIgnoringCase(header.name, "Transfer-Encoding")) {
      facts.encodings.push_back(header.value);
    }
    if (EqualsIgnoringCase(header.name, "Expect")) facts.expectations.push_back(header.value);
  }
  return facts;
}

MaybeRefusal CheckHost(const Facts& facts, std::string_view authority, bool http_1_0,
                       RequestHead& head) {
  if (facts.hosts.size() > 1) return Malformed("There is more than one Host.");
  if (facts.hosts.empty()) {
    if (!http_1_0) return Malformed("Host is missing.");
    head.host = authority;
    return std::nullopt;
  }
  const std::string_view host = facts.hosts.front();
  if (!IsHost(host)) return Malformed("Host is broken.");
  if (!authority.empty() && !EqualsIgnoringCase(authority, host)) {
    return Malformed("Host and the request target name two hosts.");
  }
  head.host = host;
  return std::nullopt;
}

// RFC 9112 section 6.3, without its leniencies: those are what request smuggling lives on.
MaybeRefusal CheckFraming(const Facts& facts, bool http_1_0, RequestHead& head) {
  if (!facts.encodings.empty()) {
    if (!facts.lengths.empty()) {
      return Malformed("Content-Length and Transfer-Encoding exclude each other.");
    }
    if (http_1_0) return Malformed("HTTP/1.0 has no Transfer-Encoding.");
    if (facts.encodings.size() > 1 || !EqualsIgnoringCase(facts.encodings.front(), "chunked")) {
      return Malformed("The only Transfer-Encoding known here is chunked.");
    }
    head.chunked = true;
  }
  if (facts.lengths.size() > 1) return Malformed("There is more than one Content-Length.");
  if (!facts.lengths.empty()) {
    const std::optional<std::int64_t> length = ParseDigits(facts.lengths.front());
    if (!length) return Malformed("Content-Length is not a number.");
    head.content_length = static_cast<std::uint64_t>(*length);
  }
  return std::nullopt;
}

MaybeRefusal CheckExpectation(const Facts& facts, bool http_1_0, RequestHead& head) {
  if (facts.expectations.empty() || http_1_0) return std::nullopt;
  if (facts.expectations.size() > 1 ||
      !EqualsIgnoringCase(facts.expectations.front(), "100-continue")) {
    return Refusal{417, "The only expectation known here is 100-continue."};
  }
  head.expect_continue = true;
  return std::nullopt;
}

bool AsksToClose(const RequestHead& head) {
  for (const Header& header : head.headers) {
    if (!EqualsIgnoringCase(header.name, "Connection")) continue;
    for (const std::string_view option : SplitList(header.value)) {
      if (EqualsIgnoringCase(option, "close")) return true;
    }
  }
  return false;
}

}  // namespace

bool IsHost(std::string_view text) {
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  std::string_view name = text;
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view port = text.substr(colon + 1);
    if (!port.empty() && !ParseDigits(port, 5)) return false;
    name = text.substr(0, colon);
  }
  if (name.empty() || name.size() > 255) return false;
  const bool v6 = name.front() == '[';
  if (v6) {
    if (name.size() < 4 || name.back() != ']') return false;
    name = name.substr(1, name.size() - 2);
  }
  const std::string_view marks = v6 ? ":." : ".-_";
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  });
}

std::optional<Refusal> ParseHead(std::string_view text, const HeadLimits& limits,
                                 RequestHead& head) {
  const std::size_t line_end = text.find("\r\n");
  std::string_view authority;
  if (MaybeRefusal refusal = ParseRequestLine(text.substr(0, line_end), limits, authority, head)) {
    return refusal;
  }
  const bool http_1_0 = head.close;
  text.remove_prefix(line_end + 2);
  while (text.substr(0, 2) != "\r\n") {
    const std::string_view line = text.substr(0, text.find("\r\n"));
    if (MaybeRefusal refusal = ParseField(line, head)) return refusal;
    text.remove_prefix(line.size() + 2);
  }
  const Facts facts = Gather(head);
  if (MaybeRefusal refusal = CheckHost(facts, authority, http_1_0, head)) return refusal;
  if (MaybeRefusal refusal = CheckFraming(facts, http_1_0, head)) return refusal;
  if (MaybeRefusal refusal = CheckExpectation(facts, http_1_0, head)) return refusal;
  head.close = http_1_0 || AsksToClose(head);
  return std::nullopt;
}

}  // namespace heirloom::http
