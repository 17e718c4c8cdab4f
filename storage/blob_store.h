// BlobStore is the port to bytes that people entrust to us: photographs, recordings, scans, and
// what is made of them. `storage/files` keeps them in the data directory, `storage/s3` in a bucket.
// What every implementation promises is written as tests in tests/contract/blob_store_contract.cc:
// change promise and test together.
//
// A blob counts only when a row in the Database names it. So bytes come first, then the row; a blob
// without a row is left over and may be removed, and overwriting what a row names is for
// projections alone (a thumbnail made anew).
//
// Whole or not at all. A blob is seen with all its bytes, type, tags and sums, or not; also when a
// process is killed in the middle of any call here, and also while it is overwritten: a read gives
// one version from its first to its last byte. What returned a value survives loss of power.
//
// Twice is once. Every change may be sent again after an answer that did not arrive, with the same
// result; of two at the same time one is last.
//
// Tenants. A key names its tenant; no call reaches from one into another, and the same name under
// two tenants is two blobs.
//
// Sums. The CRC-32C of a blob, and the SHA-256 of one that was put whole, are kept beside it; of
// one from parts only a read gives a SHA-256 (DigestOf). A read of the whole blob checks the
// CRC-32C.
//
// Errors of every call: kInvalidArgument for a key, range, limit or tag against the rules below;
// kNotFound; kTooLarge; kUnavailable when the store cannot be reached, is busy or full (the message
// says which); kInternal for damage and bugs. Credentials that the store refuses are kUnavailable
// for visitors and said in words to the operator.
//
// Thread-safe: any method, any thread. A sink is called by the thread that reads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "appliance/base/clock.h"
#include "appliance/base/result.h"

namespace heirloom {

// `tenant_id`: 1 to 64 of [a-z0-9-]. `name`: 1 to 800 bytes of UTF-8 in segments divided by "/",
// none of them empty, "." or ".."; no control characters and no U+0000. Names are compared byte by
// byte.
struct BlobKey {
  std::string tenant_id;
  std::string name;

  friend auto operator<=>(const BlobKey&, const BlobKey&) = default;
};

inline constexpr std::size_t kMaxBlobNameBytes = 800;
// What Put takes from memory; what is larger comes in parts.
inline constexpr std::size_t kMaxPutBytes = 64u << 20;
// Every part but the last has at least this many bytes.
inline constexpr std::int64_t kMinPartBytes = 5 << 20;
inline constexpr std::int64_t kMaxPartBytes = 1 << 30;
inline constexpr int kMaxParts = 10'000;
inline constexpr std::int64_t kMaxBlobBytes = std::int64_t{5} << 40;
// No piece that a sink gets is longer.
inline constexpr std::size_t kMaxReadPiece = 256u << 10;
// Presigned URLs are good for at least a second and at most this long.
inline constexpr int kMaxSignedSeconds = 7 * 24 * 3600;

// At most 10; names 1 to 128, values up to 256 characters, of ASCII letters, digits, blanks and
// + - = . _ : / @
using BlobTags = std::map<std::string, std::string>;

struct BlobInfo {
  std::int64_t size = 0;
  std::string content_type;
  std::string etag;                   // Opaque; another one after each overwrite with other bytes.
  Time modified_at;                   // To the second at best.
  std::optional<std::string> sha256;  // 64 hex digits; of what was put whole.
  std::optional<std::uint32_t> crc32c;  // Of what the store knows it of.
};

struct BlobSpan {
  std::int64_t offset = 0;
  std::optional<std::int64_t> length;  // None: to the end. Past the end: to the end.
};

// Takes the next piece. Its error ends the read and is handed on.
using BlobSink = std::function<Status(std::string_view piece)>;

struct PutOptions {
  // A media type, at most 200 bytes of visible ASCII and blanks.
  std::string content_type = "application/octet-stream";
  BlobTags tags;
  // kPreconditionFailed, and nothing changes, when there is a blob already (If-None-Match: *).
  bool if_absent = false;
  // What the caller knows of the bytes; kInvalidArgument, and nothing changes, when they differ.
  std::optional<std::string> sha256;
  std::optional<std::uint32_t> crc32c;
};

// An upload in parts that was begun. Its id is opaque text of at most 1,024 bytes without blanks.
struct BlobUpload {
  BlobKey key;
  std::string id;

  friend bool operator==(const BlobUpload&, const BlobUpload&) = default;
};

struct BlobPart {
  int number = 0;  // From 1 to kMaxParts; gaps are fine.
  std::int64_t size = 0;
  std::string etag;  // Opaque: as the store gave it.

  friend bool operator==(const BlobPart&, const BlobPart&) = default;
};

struct BlobPartPage {
  std::vector<BlobPart> parts;  // By number.
  int next_after = 0;           // 0: there are no more.
};

struct CompleteOptions {
  bool if_absent = false;            // As in PutOptions.
  std::optional<std::int64_t> size;  // What the parts must sum up to.
};

// A request that whoever holds it may make without other credentials, until it expires. URLs of the
// files adapter begin with "/": they are the appliance's own.
struct SignedRequest {
  std::string method;
  std::string url;
  // To be sent exactly so; a browser sends Content-Length by itself.
  std::vector<std::pair<std::string, std::string>> headers;
};

struct SignedGetOptions {
  int seconds = 60;
  // What the answer says instead of the kept type, and as what it is to be saved. Visible ASCII and
  // blanks. Empty: the kept type; nothing.
  std::string content_type;
  std::string content_disposition;
};

struct BlobEntry {
  BlobKey key;
  std::int64_t size = 0;
  Time modified_at;
};

struct BlobPage {
  std::vector<BlobEntry> blobs;
  std::string next;  // Empty: there are no more.
};

class BlobStore {
 public:
  virtual ~BlobStore() = default;

  // Keeps `bytes` (up to kMaxPutBytes) under `key` in the place of what was there.
  virtual Result<BlobInfo> Put(const BlobKey& key, std::string_view bytes,
                               const PutOptions& options) = 0;

  virtual Result<BlobInfo> Head(const BlobKey& key) = 0;

  // Gives the bytes of `span` to `sink` in order, in pieces, with memory that does not depend on
  // the blob's size; then what was read of. An offset at the end gives nothing, one past it is
  // kInvalidArgument. An exchange that breaks is gone on with where it broke, as long as the blob
  // is the same: else kUnavailable. kInternal, after the last byte, when a whole blob's CRC-32C is
  // not what it was. `stop` ends it within a second or so, with kUnavailable.
  virtual Result<BlobInfo> Read(const BlobKey& key, const BlobSpan& span, const BlobSink& sink,
                                std::stop_token stop = {}) = 0;

  // Keeps what is under `from` under `to` as well, with type, tags and sums, in the place of what
  // was there; without its bytes passing through here. Both of one tenant. A blob may be copied to
  // itself.
  virtual Result<BlobInfo> Copy(const BlobKey& from, const BlobKey& to) = 0;

  // Fine when there is none.
  virtual Status Delete(const BlobKey& key) = 0;

  // Exchanges all tags; none removes them. An overwritten blob has those of its new self.
  virtual Status SetTags(const BlobKey& key, const BlobTags& tags) = 0;
  virtual Result<BlobTags> Tags(const BlobKey& key) = 0;

  // The tenant's blobs, at most `limit` (1 to 1,000) after the page whose `next` is `after`; the
  // first page for an empty one. In an order of its own; none that stays is left out or comes
  // twice. Uploads that are not complete are not among them.
  virtual Result<BlobPage> List(const std::string& tenant_id, const std::string& after,
                                int limit) = 0;

  // Uploads in parts. Any number may go on for one key; none is seen before it is complete, and
  // what was there stays until then. Of `options` the sums must be empty and if_absent false.
  virtual Result<BlobUpload> CreateUpload(const BlobKey& key, const PutOptions& options) = 0;

  // Where someone without our credentials may send part `number`, which must have exactly `length`
  // bytes (1 to kMaxPartBytes), within `seconds`. The answer's ETag header is the part's etag. A
  // part sent again takes the place of the earlier one.
  virtual Result<SignedRequest> SignPart(const BlobUpload& upload, int number, std::int64_t length,
                                         int seconds) = 0;

  // The same for bytes that are here; at most kMaxPutBytes. kNotFound for an upload that is not
  // there any more.
  virtual Result<BlobPart> PutPart(const BlobUpload& upload, int number,
                                   std::string_view bytes) = 0;

  // What has come so far: parts after number `after`, up to 1,000.
  virtual Result<BlobPartPage> ListParts(const BlobUpload& upload, int after) = 0;

  // Makes the blob of these parts, in order of their numbers, and ends the upload.
  // kInvalidArgument, and the upload goes on, when there are none, one is not there with this etag,
  // all but the last have not kMinPartBytes, or the sum is not options.size. Completing again what
  // was completed, and whose blob is still there, gives the blob; otherwise kNotFound.
  virtual Result<BlobInfo> CompleteUpload(const BlobUpload& upload,
                                          const std::vector<BlobPart>& parts,
                                          const CompleteOptions& options) = 0;

  // Fine when there is no such upload any more.
  virtual Status AbortUpload(const BlobUpload& upload) = 0;

  // Aborts uploads that were begun before `before`, and removes what killed processes left. Gives
  // how many uploads; at most 1,000 in one call.
  virtual Result<int> SweepUploads(Time before) = 0;

  // A GET, with ranges, that needs no other credentials. Whether the blob is there is not looked
  // at.
  virtual Result<SignedRequest> SignGet(const BlobKey& key, const SignedGetOptions& options) = 0;

  // For readiness and `doctor`: is the store there, and are we let in?
  virtual Status Ping() = 0;
};

// The rules of keys, tags and options, for every adapter alike: kInvalidArgument, in words.
Status CheckBlobKey(const BlobKey& key);
Status CheckBlobTenant(std::string_view tenant_id);
Status CheckBlobTags(const BlobTags& tags);
Status CheckPut(const BlobKey& key, std::string_view bytes, const PutOptions& options);
Status CheckCreate(const BlobKey& key, const PutOptions& options);
Status CheckSpan(const BlobSpan& span);
Status CheckPart(const BlobUpload& upload, int number, std::int64_t length);
Status CheckSignedGet(const BlobKey& key, const SignedGetOptions& options);
Status CheckSignedSeconds(int seconds);
// `parts` as Complete wants them: sorted, each once.
Result<std::vector<BlobPart>> CheckParts(std::vector<BlobPart> parts,
                                         const CompleteOptions& options);

struct BlobDigest {
  std::int64_t size = 0;
  std::string sha256;  // 64 hex digits.
  std::uint32_t crc32c = 0;
};

// Reads the blob once and says what its bytes are: before a row names what came from elsewhere, and
// when looking for damage.
Result<BlobDigest> DigestOf(BlobStore& store, const BlobKey& key, std::stop_token stop = {});

}  // namespace heirloom
