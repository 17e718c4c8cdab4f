#include "appliance/operations/blob_check.h"

#include <optional>
#include <string>

namespace heirloom {
namespace {

constexpr char kCheck[] = "blobs";
constexpr char kMend[] = "put its file back from a backup of the blobs; nothing else has its bytes";
constexpr int kBlobsAtOnce = 1'000;

// The first tenant after `after` that has somebody in it; none: that was the last.
Result<std::optional<std::string>> TenantAfter(Database& database, const std::string& after) {
  return ReadOne(database, [&](Reader& reader) -> Result<std::optional<std::string>> {
    std::optional<std::string> tenant;
    const Status read =
        reader.Query("SELECT tenant_id FROM users WHERE tenant_id > $1 ORDER BY tenant_id LIMIT 1",
                     {after}, [&](const Row& row) {
                       tenant = row.String(0);
                       return false;
                     });
    if (!read) return ErrorOf(read);
    return tenant;
  });
}

// What is wrong with bytes that should be those of `info`; empty: nothing.
std::string Differs(const BlobInfo& info, const BlobDigest& digest) {
  if (digest.size != info.size) {
    return "has " + std::to_string(digest.size) + " bytes instead of " + std::to_string(info.size);
  }
  if (info.crc32c && *info.crc32c != digest.crc32c) return "has another CRC-32C than was kept";
  if (info.sha256 && *info.sha256 != digest.sha256) return "has another SHA-256 than was kept";
  return "";
}

class BlobCheck {
 public:
  BlobCheck(BlobStore& store, Findings& findings, Progress& progress, std::int64_t most_bytes)
      : store_(store), findings_(findings), progress_(progress), left_(most_bytes) {}

  Status Look(const std::string& tenant) {
    std::string after;
    do {
      const auto page = store_.List(tenant, after, kBlobsAtOnce);
      if (!page) return ErrorOf(page);
      for (const BlobEntry& entry : page->blobs) {
        if (Status looked = LookAt(entry); !looked) return looked;
      }
      after = page->next;
    } while (!after.empty());
    return {};
  }

  void NoteUnread() {
    if (unread_ == 0) return;
    findings_.Note(kCheck, std::to_string(unread_) + " of " + std::to_string(seen_) +
                               " blobs were counted and not read again: there is too much of them");
  }

  std::int64_t seen() const { return seen_; }

 private:
  Status LookAt(const BlobEntry& entry) {
    if (progress_.Cancelled()) {
      return Fail(ErrorCode::kUnavailable, "nobody waits for the result any more");
    }
    progress_.Show("reading the blobs", seen_++, 0);
    if (entry.size > left_) {
      ++unread_;
      return {};
    }
    left_ -= entry.size;
    const auto info = store_.Head(entry.key);
    if (!info) return About(entry.key, info.error());
    const auto digest = DigestOf(store_, entry.key);
    if (!digest) return About(entry.key, digest.error());
    const std::string wrong = Differs(*info, *digest);
    if (wrong.empty()) return {};
    const auto now = store_.Head(entry.key);
    if (!now) return About(entry.key, now.error());
    if (now->etag == info->etag) Damaged(entry.key, wrong);  // Else it was put anew meanwhile.
    return {};
  }

  // One damaged blob says nothing of the others; a store that does not answer does.
  Status About(const BlobKey& key, const Error& error) {
    if (error.code == ErrorCode::kNotFound) return {};
    if (error.code != ErrorCode::kInternal) return tl::unexpected<Error>(error);
    Damaged(key, "cannot be read: " + error.message);
    return {};
  }

  void Damaged(const BlobKey& key, const std::string& what) {
    findings_.Error(kCheck, "blob " + key.name + " of tenant " + key.tenant_id + " " + what, kMend);
  }

  BlobStore& store_;
  Findings& findings_;
  Progress& progress_;
  std::int64_t left_;
  std::int64_t seen_ = 0;
  std::int64_t unread_ = 0;
};

}  // namespace

Result<std::int64_t> CheckBlobs(Database& database, BlobStore& store, Findings& findings,
                                Progress& progress, std::int64_t most_bytes) {
  BlobCheck check(store, findings, progress, most_bytes);
  for (std::string tenant;;) {
    const auto next = TenantAfter(database, tenant);
    if (!next) return ErrorOf(next);
    if (!*next) break;
    tenant = **next;
    if (Status looked = check.Look(tenant); !looked) return ErrorOf(looked);
  }
  check.NoteUnread();
  return check.seen();
}

}  // namespace heirloom
