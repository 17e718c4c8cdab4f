#include "storage/s3/s3_answers.h"

#include <ctime>

#include "appliance/base/number.h"
#include "appliance/domain/rfc3339.h"
#include "storage/s3/s3_xml.h"

namespace heirloom::s3 {

std::string Field(const HttpResponse& answer, std::string_view name) {
  return std::string(answer.GetHeader(name).value_or(""));
}

BlobInfo InfoOf(const HttpResponse& head) {
  BlobInfo info;
  info.size = ParseNumber<std::int64_t>(Field(head, "Content-Length")).value_or(0);
  info.content_type = Field(head, "Content-Type");
  info.etag = Unquoted(Field(head, "ETag"));
  info.modified_at = HttpDate(Field(head, "Last-Modified"));
  if (const auto sha256 = head.GetHeader(kSha256)) info.sha256 = *sha256;
  if (const auto crc32c = head.GetHeader(kCrc32c)) {
    info.crc32c = ParseNumber<std::uint32_t>(*crc32c, 16);  // None, rather than a wrong one.
  }
  return info;
}

Time HttpDate(const std::string& text) {
  std::tm parts{};
  if (::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return {};
  return Time::FromSeconds(::timegm(&parts));
}

Time IsoDate(const std::string& text) {
  return ParseRfc3339(text.substr(0, 19) + ".000000Z").value_or(Time{});
}

}  // namespace heirloom::s3
