#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "appliance/base/result.h"
#include "storage/blob_store.h"

namespace heirloom::files {

// What is kept beside the bytes of a blob, a part, or an upload: one small JSON file. It names the
// file of bytes, so exchanging it is what makes a change seen.
struct Record {
  BlobKey key;
  std::string content_type;
  BlobTags tags;
  std::int64_t size = 0;
  Time modified_at;
  std::string etag;
  std::optional<std::string> sha256;
  std::uint32_t crc32c = 0;
  std::string data;       // The file's name, in the same folder. Empty for an upload.
  std::string upload_id;  // Of the upload that made it; empty for what was put whole.

  BlobInfo Info() const { return {size, content_type, etag, modified_at, sha256, crc32c}; }
};

std::string WriteRecord(const Record& record);
// kInternal when it is damaged or of another format.
Result<Record> ReadRecord(std::string_view text);

}  // namespace heirloom::files
