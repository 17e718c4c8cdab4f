#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.h"
#include "storage/blob_store.h"

namespace heirloom::s3 {

// The XML that S3 speaks (Amazon S3 API Reference). Reading never fails on what is left out:
// it is empty then. Each Read… fails with kInternal for what is no XML, or another document.

struct ErrorDocument {
  std::string code;     // "NoSuchKey"; empty when there was no such document.
  std::string message;  // The server's; for logs.
};
ErrorDocument ReadError(std::string_view xml);

Result<BlobTags> ReadTags(std::string_view xml);
std::string WriteTags(const BlobTags& tags);

struct ListedObject {
  std::string key;
  std::int64_t size = 0;
  std::string modified_at;  // 2026-01-31T08:15:00.000Z
};
struct ObjectPage {
  std::vector<ListedObject> objects;
  bool more = false;
};
Result<ObjectPage> ReadObjects(std::string_view xml);

Result<std::string> ReadUploadId(std::string_view xml);
Result<BlobPartPage> ReadParts(std::string_view xml);
std::string WriteParts(const std::vector<BlobPart>& parts);

struct ListedUpload {
  std::string key;
  std::string id;
  std::string begun_at;
};
struct UploadPage {
  std::vector<ListedUpload> uploads;
  std::string next_key;  // Both empty: there are no more.
  std::string next_id;
};
Result<UploadPage> ReadUploads(std::string_view xml);

// The etag of a copy, or of a completed upload: S3 may answer 200 with an error inside, which is
// kUnavailable then.
Result<std::string> ReadEtag(std::string_view xml);

// An etag as the header has it, without its quotes.
std::string Unquoted(std::string_view etag);

}  // namespace heirloom::s3
