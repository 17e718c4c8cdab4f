#include "storage/files/signed_url.h"

#include <map>
#include <optional>
#include <utility>

#include "appliance/base/digest.h"
#include "appliance/base/encoding.h"
#include "appliance/base/number.h"

namespace heirloom::files {
namespace {

constexpr std::int64_t kMicros = 1'000'000;

auto Refuse(std::string_view why) {
  return Fail(ErrorCode::kForbidden, "this link is not good: " + std::string(why));
}

// Each field with its length in front, so that no two grants have the same text.
std::string SignatureOf(std::string_view key, const BlobGrant& grant) {
  std::string text = "heirloom blob grant 1\n";
  const auto add = [&](std::string_view field) {
    text.append(std::to_string(field.size())).append(":").append(field);
  };
  add(grant.Method());
  add(grant.key.tenant_id);
  add(grant.key.name);
  add(std::to_string(grant.expires.micros / kMicros));
  add(grant.content_type);
  add(grant.content_disposition);
  add(grant.upload_id);
  add(std::to_string(grant.part));
  add(std::to_string(grant.length));
  return ToBase64Url(HmacSha256(key, text));
}

std::string EncodePath(std::string_view name) {
  std::string path;
  while (true) {
    const std::size_t slash = name.find('/');
    path += PercentEncode(name.substr(0, slash));
    if (slash == std::string_view::npos) return path;
    path += '/';
    name.remove_prefix(slash + 1);
  }
}

// nullopt when a name comes twice or is not decodable.
std::optional<std::map<std::string, std::string>> ReadQuery(std::string_view query) {
  std::map<std::string, std::string> fields;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    std::optional<std::string> value = PercentDecode(pair.substr(equals + 1));
    if (!value || !fields.emplace(pair.substr(0, equals), std::move(*value)).second) {
      return std::nullopt;
    }
  }
  return fields;
}

std::optional<std::int64_t> NumberOf(const std::string& text) {
  const auto number = ParseNumber<std::int64_t>(text);
  return number && *number >= 0 ? number : std::nullopt;
}

// Without looking at the signature.
std::optional<BlobGrant> ReadGrant(std::string_view path,
                                   std::map<std::string, std::string> query) {
  if (!path.starts_with(kSignedPath)) return std::nullopt;
  path.remove_prefix(kSignedPath.size());
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::optional<std::string> name = PercentDecode(path.substr(slash + 1));
  // The largest number of seconds whose microseconds can be told.
  constexpr std::int64_t kLatest = 9'000'000'000'000;
  const std::optional<std::int64_t> expires = NumberOf(query["expires"]);
  if (!name || !expires || *expires > kLatest) return std::nullopt;
  BlobGrant grant;
  grant.key = {std::string(path.substr(0, slash)), std::move(*name)};
  grant.expires = Time::FromSeconds(*expires);
  grant.content_type = query["type"];
  grant.content_disposition = query["disposition"];
  if (!query["upload"].empty()) {
    const std::optional<std::int64_t> part = NumberOf(query["part"]);
    const std::optional<std::int64_t> length = NumberOf(query["length"]);
    if (!part || *part > kMaxParts || !length) return std::nullopt;
    grant.action = BlobGrant::Action::kSendPart;
    grant.upload_id = query["upload"];
    grant.part = static_cast<int>(*part);
    grant.length = *length;
  }
  return grant;
}

}  // namespace

std::string SignGrant(std::string_view key, const BlobGrant& grant) {
  std::string url =
      std::string(kSignedPath) + grant.key.tenant_id + "/" + EncodePath(grant.key.name);
  url += "?expires=" + std::to_string(grant.expires.micros / kMicros);
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) url.append("&").append(name).append("=").append(PercentEncode(value));
  };
  add("type", grant.content_type);
  add("disposition", grant.content_disposition);
  if (grant.action == BlobGrant::Action::kSendPart) {
    add("part", std::to_string(grant.part));
    add("length", std::to_string(grant.length));
    add("upload", grant.upload_id);
  }
  add("signature", SignatureOf(key, grant));
  return url;
}

Result<BlobGrant> VerifyGrant(std::string_view key, std::string_view method,
                              std::string_view target, Time now) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return Refuse("it has no signature");
  auto query = ReadQuery(target.substr(mark + 1));
  if (!query) return Refuse("it is damaged");
  const std::string signature = (*query)["signature"];
  const std::optional<BlobGrant> grant = ReadGrant(target.substr(0, mark), std::move(*query));
  if (!grant) return Refuse("it is damaged");
  if (!ConstantTimeEquals(signature, SignatureOf(key, *grant))) return Refuse("it was changed");
  if (grant->Method() != (method == "HEAD" ? "GET" : method)) {
    return Refuse("it is for something else");
  }
  if (grant->expires <= now) return Refuse("it has expired");
  return *grant;
}

}  // namespace heirloom::files
