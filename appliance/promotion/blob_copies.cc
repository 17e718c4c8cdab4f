#include "appliance/promotion/blob_copies.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/base/sha256.h"

namespace heirloom::promotion {
namespace {

constexpr int kListedAtOnce = 1'000;

PutOptions OptionsOf(const BlobInfo& info, BlobTags tags) {
  PutOptions options;
  options.content_type = info.content_type;
  options.tags = std::move(tags);
  return options;
}

struct Source {
  BlobStore& store;
  const BlobKey& key;
  const BlobInfo& info;
};

// Gives the SHA-256 of what was read.
Result<std::string> CopyWhole(const Source& from, BlobStore& to, const PutOptions& options) {
  std::string bytes;
  bytes.reserve(static_cast<std::size_t>(from.info.size));
  Sha256 hash;
  const auto read = from.store.Read(from.key, {}, [&](std::string_view piece) -> Status {
    bytes += piece;
    hash.Update(piece);
    return {};
  });
  if (!read) return ErrorOf(read);
  const auto put = to.Put(from.key, bytes, options);
  if (!put) return ErrorOf(put);
  return hash.Hex();
}

Result<std::string> SendParts(const Source& from, BlobStore& to, const BlobUpload& upload) {
  std::string bytes;
  std::vector<BlobPart> parts;
  Sha256 hash;
  const auto send = [&]() -> Status {
    auto part = to.PutPart(upload, static_cast<int>(parts.size()) + 1, bytes);
    if (!part) return ErrorOf(part);
    parts.push_back(std::move(*part));
    bytes.clear();
    return {};
  };
  const auto read = from.store.Read(from.key, {}, [&](std::string_view piece) -> Status {
    hash.Update(piece);
    if (bytes.size() + piece.size() > kMaxPutBytes) {
      if (Status sent = send(); !sent) return sent;
    }
    bytes += piece;
    return {};
  });
  if (!read) return ErrorOf(read);
  if (Status sent = send(); !sent) return ErrorOf(sent);
  CompleteOptions options;
  options.size = from.info.size;
  const auto completed = to.CompleteUpload(upload, parts, options);
  if (!completed) return ErrorOf(completed);
  return hash.Hex();
}

Result<std::string> CopyInParts(const Source& from, BlobStore& to, const PutOptions& options) {
  const auto upload = to.CreateUpload(from.key, options);
  if (!upload) return ErrorOf(upload);
  auto sha256 = SendParts(from, to, *upload);
  if (!sha256) {
    // What is left of it the sweep of uploads takes away.
    const Status aborted = to.AbortUpload(*upload);
    if (!aborted) return ErrorOf(sha256);
  }
  return sha256;
}

Result<bool> IsThere(const Source& from, const BlobTags& tags, BlobStore& to) {
  const auto head = to.Head(from.key);
  if (!head && head.error().code == ErrorCode::kNotFound) return false;
  if (!head) return ErrorOf(head);
  if (head->size != from.info.size || head->content_type != from.info.content_type) return false;
  const auto others = to.Tags(from.key);
  if (!others) return ErrorOf(others);
  if (*others != tags) return false;
  const auto ours = DigestOf(from.store, from.key);
  if (!ours) return ErrorOf(ours);
  const auto theirs = DigestOf(to, from.key);
  if (!theirs) return ErrorOf(theirs);
  return ours->sha256 == theirs->sha256;
}

}  // namespace

Result<std::int64_t> CopyBlob(BlobStore& from, BlobStore& to, const BlobKey& key) {
  const auto info = from.Head(key);
  if (!info) return ErrorOf(info);
  auto tags = from.Tags(key);
  if (!tags) return ErrorOf(tags);
  const Source source{from, key, *info};
  const auto there = IsThere(source, *tags, to);
  if (!there) return ErrorOf(there);
  if (*there) return info->size;
  const PutOptions options = OptionsOf(*info, std::move(*tags));
  const bool whole = info->size <= static_cast<std::int64_t>(kMaxPutBytes);
  const auto sha256 = whole ? CopyWhole(source, to, options) : CopyInParts(source, to, options);
  if (!sha256) return ErrorOf(sha256);
  const auto arrived = DigestOf(to, key);
  if (!arrived) return ErrorOf(arrived);
  if (arrived->sha256 != *sha256) {
    return Fail(ErrorCode::kInternal, "the blob " + key.name + " arrived with other bytes");
  }
  return info->size;
}

Result<BlobCount> CountBlobs(BlobStore& store, const std::string& tenant_id) {
  BlobCount count;
  std::string after;
  do {
    const auto page = store.List(tenant_id, after, kListedAtOnce);
    if (!page) return ErrorOf(page);
    for (const BlobEntry& entry : page->blobs) {
      ++count.blobs;
      count.bytes += entry.size;
    }
    after = page->next;
  } while (!after.empty());
  return count;
}

}  // namespace heirloom::promotion
