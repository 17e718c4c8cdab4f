#include "appliance/http/representation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <string_view>

#include "appliance/http/coding.h"
#include "appliance/http/header_text.h"
#include "appliance/http/problem.h"

namespace heirloom::http {
namespace {

constexpr std::string_view kWeakMark = "W/";

// Below, a coding saves no packet.
constexpr std::size_t kWorthEncoding = 1024;
// Above, it would hold a thread for more than some ten milliseconds.
constexpr std::size_t kMaxEncoded = 4u << 20;

std::string* FieldOf(Response& response, std::string_view name) {
  for (Header& header : response.headers) {
    if (EqualsIgnoringCase(header.name, name)) return &header.value;
  }
  return nullptr;
}

bool IsGetOrHead(const Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

enum class Compare { kStrong, kWeak };

// RFC 9110 section 8.8.3.2.
bool Same(std::string_view theirs, std::string_view ours, Compare how) {
  if (how == Compare::kWeak) {
    if (theirs.substr(0, 2) == kWeakMark) theirs.remove_prefix(2);
    if (ours.substr(0, 2) == kWeakMark) ours.remove_prefix(2);
  }
  return theirs == ours && theirs.substr(0, 2) != kWeakMark;
}

// nullopt when no such field was sent; else whether one of its tags, or `*`, is `etag`.
std::optional<bool> Names(const Request& request, std::string_view field, std::string_view etag,
                          Compare how) {
  std::optional<bool> named;
  for (const Header& header : request.headers) {
    if (!EqualsIgnoringCase(header.name, field)) continue;
    if (!named) named = false;
    for (const std::string_view tag : SplitList(header.value)) {
      if (tag == "*" || Same(tag, etag, how)) named = true;
    }
  }
  return named;
}

bool DescribesABody(const Header& header) {
  constexpr std::array<std::string_view, 5> kFields = {"Content-Type", "Content-Encoding",
                                                       "Content-Language", "Content-Disposition",
                                                       "Accept-Ranges"};
  return std::any_of(kFields.begin(), kFields.end(),
                     [&](std::string_view name) { return EqualsIgnoringCase(name, header.name); });
}

void DropBody(Response& response) {
  response.body.clear();
  response.shared_body.reset();
  response.file.reset();
}

// RFC 9110 section 15.4.5: what says how to go on with the copy stays, what says what is in a body
// goes.
void BecomeNotModified(Response& response) {
  response.status = 304;
  DropBody(response);
  auto& headers = response.headers;
  headers.erase(std::remove_if(headers.begin(), headers.end(), DescribesABody), headers.end());
}

// False when the answer is final.
bool PassesPreconditions(const Request& request, Response& response) {
  const std::string* etag = FieldOf(response, "ETag");
  if (etag == nullptr) return true;
  if (!Names(request, "If-Match", *etag, Compare::kStrong).value_or(true)) {
    response = ProblemOfStatus(request, 412, "If-Match names another version than there is.");
    return false;
  }
  if (!Names(request, "If-None-Match", *etag, Compare::kWeak).value_or(false)) return true;
  BecomeNotModified(response);
  return false;
}

// RFC 9110 section 13.1.5. We send no Last-Modified, so that a date never matches.
bool MeansThisVersion(const Request& request, Response& response) {
  const std::optional<std::string_view> if_range = request.GetHeader("If-Range");
  if (!if_range) return true;
  const std::string* etag = FieldOf(response, "ETag");
  return etag != nullptr && Same(TrimBlanks(*if_range), *etag, Compare::kStrong);
}

std::optional<RangeChoice> TakeRange(const Request& request, Response& response) {
  if (!response.file && !response.shared_body) return std::nullopt;
  if (FieldOf(response, "Content-Encoding") != nullptr) return std::nullopt;
  response.Set("Accept-Ranges", "bytes");
  const std::optional<std::string_view> header = request.GetHeader("Range");
  if (!header || request.method != "GET" || !MeansThisVersion(request, response)) {
    return std::nullopt;
  }
  const std::uint64_t size = response.file ? response.file->size() : response.shared_body->size();
  const RangeChoice choice = ChooseRange(*header, size);
  if (choice.kind == RangeChoice::Kind::kWhole) return std::nullopt;
  if (choice.kind == RangeChoice::Kind::kUnsatisfiable) {
    response = ProblemOfStatus(request, 416,
                               "Range: there are " + std::to_string(size) + " bytes, from 0 on.");
    response.Set("Content-Range", ContentRangeOf(choice, size));
    return std::nullopt;
  }
  response.status = 206;
  response.Set("Content-Range", ContentRangeOf(choice, size));
  return choice;
}

bool HasOwnText(const Response& response) {
  return !response.body.empty() && !response.file && !response.shared_body && !response.stream;
}

bool IsText(std::string_view content_type) {
  constexpr std::string_view kText = "text/";
  constexpr std::string_view kJson = "+json";
  const std::string_view type = TrimBlanks(content_type.substr(0, content_type.find(';')));
  return type == "application/json" || type.substr(0, kText.size()) == kText ||
         (type.size() > kJson.size() && type.substr(type.size() - kJson.size()) == kJson);
}

bool CameFromAnotherSite(const Request& request) {
  const std::string_view site = request.GetHeader("Sec-Fetch-Site").value_or("none");
  return site != "none" && site != "same-origin";
}

bool MayBeEncoded(Response& response) {
  const std::string* type = FieldOf(response, "Content-Type");
  const std::string* cache = FieldOf(response, "Cache-Control");
  const bool secret = cache != nullptr && cache->find("no-store") != std::string::npos;
  return !secret && type != nullptr && IsText(*type) && response.body.size() <= kMaxEncoded &&
         FieldOf(response, "Content-Encoding") == nullptr;
}

void AddVary(Response& response, std::string_view names) {
  if (std::string* vary = FieldOf(response, "Vary")) {
    vary->append(", ").append(names);
  } else {
    response.headers.push_back({"Vary", std::string(names)});
  }
}

Coding ChooseCodingOf(const Request& request, Response& response) {
  if (!MayBeEncoded(response)) return Coding::kIdentity;
  const CodingChoice choice = ChooseCoding(request);
  if (response.body.size() < kWorthEncoding && !choice.identity_refused) return Coding::kIdentity;
  AddVary(response, "Accept-Encoding");
  return CameFromAnotherSite(request) ? Coding::kIdentity : choice.coding;
}

// Not a cryptographic hash: it tells one reader's views of one version apart, and the version
// changes with every change of what was written.
void CompleteETag(const Response& response, Coding coding, std::string& etag) {
  if (etag.size() < 2 || etag.back() != '"') return;
  std::array<char, 16> digits{};
  const std::size_t hash = std::hash<std::string_view>()(response.body);
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), hash, 16).ptr;
  etag.back() = '-';
  etag.append(digits.data(), end);
  if (coding != Coding::kIdentity) etag.append("-").append(NameOf(coding));
  etag += '"';
}

void EncodeBody(Response& response, Coding coding) {
  if (coding == Coding::kIdentity) return;
  std::string encoded = Encode(coding, response.body, Effort::kFast);
  if (encoded.empty()) return;
  response.body = std::move(encoded);
  response.headers.push_back({"Content-Encoding", std::string(NameOf(coding))});
}

// A copy is always asked about before it is shown, and never shown to another.
void AllowACopy(Response& response) {
  if (FieldOf(response, "Cache-Control") == nullptr) {
    response.headers.push_back({"Cache-Control", "private, no-cache"});
  }
  AddVary(response, "Authorization, Cookie");
}

}  // namespace

std::optional<RangeChoice> Represent(const Request& request, Response& response) {
  const bool read = response.status == 200 && IsGetOrHead(request) && !response.stream;
  Coding coding = Coding::kIdentity;
  if (HasOwnText(response)) {
    coding = ChooseCodingOf(request, response);
    if (std::string* etag = FieldOf(response, "ETag")) {
      CompleteETag(response, coding, *etag);
      if (read) AllowACopy(response);
    }
  }
  if (read && !PassesPreconditions(request, response)) return std::nullopt;
  EncodeBody(response, coding);
  return read ? TakeRange(request, response) : std::nullopt;
}

}  // namespace heirloom::http
