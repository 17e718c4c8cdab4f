#include "storage/blob_store.h"

#include <algorithm>
#include <utility>

#include "appliance/base/digest.h"
#include "appliance/base/sha256.h"
#include "appliance/base/text.h"

namespace heirloom {
namespace {

auto Refuse(std::string message) { return Fail(ErrorCode::kInvalidArgument, std::move(message)); }

bool IsVisible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 127; });
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool IsTagText(std::string_view text) {
  constexpr std::string_view kMarks = " +-=._:/@";
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return IsLetter(c) || IsDigit(c) || kMarks.find(c) != std::string_view::npos;
  });
}

bool IsName(std::string_view name) {
  if (name.empty() || name.size() > kMaxBlobNameBytes || !IsStorableText(name)) return false;
  // U+0080 to U+009F are control characters too: C2 80 to C2 9F.
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    if (byte < 0x20 || byte == 0x7F) return false;
    if (byte == 0xC2 && static_cast<unsigned char>(name[i + 1]) < 0xA0) return false;
  }
  while (true) {
    const std::size_t slash = name.find('/');
    const std::string_view segment = name.substr(0, slash);
    if (segment.empty() || segment.size() > 200 || segment == "." || segment == "..") return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

Status CheckType(const PutOptions& options) {
  const std::string& type = options.content_type;
  if (type.empty() || type.size() > 200 || !IsVisible(type) || type.front() == ' ' ||
      type.back() == ' ') {
    return Refuse("a blob's media type is 1 to 200 visible ASCII characters");
  }
  return CheckBlobTags(options.tags);
}

}  // namespace

Status CheckBlobTenant(std::string_view tenant_id) {
  const bool good = !tenant_id.empty() && tenant_id.size() <= 64 &&
                    std::all_of(tenant_id.begin(), tenant_id.end(), [](char c) {
                      return IsDigit(c) || c == '-' || (c >= 'a' && c <= 'z');
                    });
  if (!good) return Refuse("a blob's tenant is 1 to 64 of a-z, 0-9 and -");
  return {};
}

Status CheckBlobKey(const BlobKey& key) {
  if (const Status good = CheckBlobTenant(key.tenant_id); !good) return good;
  if (!IsName(key.name)) {
    return Refuse(
        "a blob's name is 1 to 800 bytes of UTF-8, in segments of up to 200 that are "
        "not ., .. or empty");
  }
  return {};
}

Status CheckBlobTags(const BlobTags& tags) {
  if (tags.size() > 10) return Refuse("a blob has at most 10 tags");
  for (const auto& [name, value] : tags) {
    if (name.empty() || name.size() > 128 || value.size() > 256 || !IsTagText(name) ||
        !IsTagText(value)) {
      return Refuse(
          "a tag has a name of 1 to 128 and a value of up to 256 characters of A-Z, a-z, "
          "0-9, blank and + - = . _ : / @");
    }
  }
  return {};
}

Status CheckPut(const BlobKey& key, std::string_view bytes, const PutOptions& options) {
  if (const Status good = CheckBlobKey(key); !good) return good;
  if (bytes.size() > kMaxPutBytes) {
    return Fail(ErrorCode::kTooLarge, "more than 64 MiB are to be sent in parts");
  }
  if (options.crc32c) {
    Crc32c sum;
    sum.Update(bytes);
    if (sum.Value() != *options.crc32c) return Refuse("the bytes have another CRC-32C than said");
  }
  return CheckType(options);
}

Status CheckCreate(const BlobKey& key, const PutOptions& options) {
  if (const Status good = CheckBlobKey(key); !good) return good;
  if (options.sha256 || options.crc32c || options.if_absent) {
    return Refuse("an upload in parts begins without sums and conditions");
  }
  return CheckType(options);
}

Status CheckSpan(const BlobSpan& span) {
  if (span.offset < 0 || (span.length && *span.length < 0)) {
    return Refuse("a span begins at 0 or later and has no negative length");
  }
  return {};
}

Status CheckPart(const BlobUpload& upload, int number, std::int64_t length) {
  if (const Status good = CheckBlobKey(upload.key); !good) return good;
  if (number < 1 || number > kMaxParts) return Refuse("parts are numbered from 1 to 10,000");
  if (length < 1 || length > kMaxPartBytes) return Refuse("a part has 1 byte to 1 GiB");
  return {};
}

Status CheckSignedSeconds(int seconds) {
  if (seconds < 1 || seconds > kMaxSignedSeconds) {
    return Refuse("a signed URL is good for 1 second to 7 days");
  }
  return {};
}

Status CheckSignedGet(const BlobKey& key, const SignedGetOptions& options) {
  if (const Status good = CheckBlobKey(key); !good) return good;
  if (!IsVisible(options.content_type) || !IsVisible(options.content_disposition) ||
      options.content_type.size() > 200 || options.content_disposition.size() > 1'000) {
    return Refuse("what a signed answer says must be visible ASCII");
  }
  return CheckSignedSeconds(options.seconds);
}

Result<std::vector<BlobPart>> CheckParts(std::vector<BlobPart> parts,
                                         const CompleteOptions& options) {
  if (parts.empty()) return Refuse("a blob has at least one part");
  std::sort(parts.begin(), parts.end(),
            [](const BlobPart& a, const BlobPart& b) { return a.number < b.number; });
  std::int64_t size = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const BlobPart& part = parts[i];
    if (i > 0 && parts[i - 1].number == part.number) return Refuse("a part is named twice");
    if (part.number < 1 || part.number > kMaxParts || part.size < 1 || part.etag.empty()) {
      return Refuse("a part has a number from 1 to 10,000, a size and an etag");
    }
    if (i + 1 < parts.size() && part.size < kMinPartBytes) {
      return Refuse("every part but the last has at least 5 MiB");
    }
    size += part.size;
    if (size > kMaxBlobBytes) return Fail(ErrorCode::kTooLarge, "a blob has at most 5 TiB");
  }
  if (options.size && *options.size != size) {
    return Refuse("the parts sum up to " + std::to_string(size) + " bytes instead of " +
                  std::to_string(*options.size));
  }
  return parts;
}

Result<BlobDigest> DigestOf(BlobStore& store, const BlobKey& key, std::stop_token stop) {
  BlobDigest digest;
  Sha256 sha256;
  Crc32c crc32c;
  const Result<BlobInfo> read = store.Read(
      key, {},
      [&](std::string_view piece) -> Status {
        sha256.Update(piece);
        crc32c.Update(piece);
        digest.size += static_cast<std::int64_t>(piece.size());
        return {};
      },
      std::move(stop));
  if (!read) return ErrorOf(read);
  digest.sha256 = sha256.Hex();
  digest.crc32c = crc32c.Value();
  return digest;
}

}  // namespace heirloom
