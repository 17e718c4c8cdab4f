#include "storage/s3/s3_blob_store.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <map>
#include <utility>

#include "appliance/base/digest.h"
#include "appliance/base/encoding.h"
#include "appliance/domain/rfc3339.h"
#include "storage/s3/s3_client.h"
#include "storage/s3/s3_xml.h"

namespace heirloom {
namespace s3 {
namespace {

// What is asked for at once: a break costs no more than this, and no exchange takes for ever.
constexpr std::int64_t kReadSpan = 32 << 20;
// How often a span is gone on with after it broke without a byte in between.
constexpr int kMaxBreaks = 4;
constexpr int kPage = 1'000;

// Kept with each object: no S3 keeps both sums of everything itself, and none remembers who wrote.
constexpr std::string_view kSha256 = "x-amz-meta-sha256";
constexpr std::string_view kCrc32c = "x-amz-meta-crc32c";
constexpr std::string_view kWriter = "x-amz-meta-writer";

std::string Field(const HttpResponse& answer, std::string_view name) {
  return std::string(answer.GetHeader(name).value_or(""));
}

std::int64_t NumberOf(std::string_view text, int base = 10) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

// RFC 9110 section 5.6.7, the fixed form, which is what servers send.
Time HttpDate(const std::string& text) {
  std::tm parts{};
  if (::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return {};
  return Time::FromSeconds(::timegm(&parts));
}

// 2026-01-31T08:15:00.000Z, with any fraction or none: to the second.
Time IsoDate(const std::string& text) {
  return ParseRfc3339(text.substr(0, 19) + ".000000Z").value_or(Time{});
}

BlobInfo InfoOf(const HttpResponse& head) {
  BlobInfo info;
  info.size = NumberOf(Field(head, "Content-Length"));
  info.content_type = Field(head, "Content-Type");
  info.etag = Unquoted(Field(head, "ETag"));
  info.modified_at = HttpDate(Field(head, "Last-Modified"));
  if (const auto sha256 = head.GetHeader(kSha256)) info.sha256 = *sha256;
  if (const auto crc32c = head.GetHeader(kCrc32c)) {
    info.crc32c = static_cast<std::uint32_t>(NumberOf(*crc32c, 16));
  }
  return info;
}

std::string TagHeader(const BlobTags& tags) {
  std::string text;
  for (const auto& [name, value] : tags) {
    text.append(text.empty() ? "" : "&").append(PercentEncode(name)).append("=");
    text.append(PercentEncode(value));
  }
  return text;
}

std::string NewWriter(Random& random) {
  std::array<std::uint8_t, 8> bytes{};
  random.Fill(bytes);
  return ToHex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// Our upload ids are the writer and S3's own: the writer stays with the object that comes of it.
struct UploadName {
  std::string writer;
  std::string id;

  static std::optional<UploadName> Parse(const std::string& text) {
    const std::size_t dot = text.find('.');
    const bool good = dot == 16 && text.size() > 17 && text.size() <= 1'024 &&
                      FromHex(text.substr(0, dot)) &&
                      std::all_of(text.begin(), text.end(), [](char c) { return c > ' '; });
    if (!good) return std::nullopt;
    return UploadName{text.substr(0, dot), text.substr(dot + 1)};
  }
};

auto NoUpload() { return Fail(ErrorCode::kNotFound, "there is no such upload"); }
auto Taken() {
  return Fail(ErrorCode::kPreconditionFailed, "there is a blob of this name already");
}

class Store final : public BlobStore {
 public:
  Store(Options options, HttpClient& http, aws::CredentialsProvider& credentials,
        const Clock& clock, Random& random)
      : client_(std::move(options), http, credentials, clock), random_(random) {}

  Result<BlobInfo> Put(const BlobKey& key, std::string_view bytes,
                       const PutOptions& options) override;
  Result<BlobInfo> Head(const BlobKey& key) override {
    if (const Status good = CheckBlobKey(key); !good) return ErrorOf(good);
    const Result<HttpResponse> head = AskHead(key);
    if (!head) return ErrorOf(head);
    return InfoOf(*head);
  }
  Result<BlobInfo> Read(const BlobKey& key, const BlobSpan& span, const BlobSink& sink,
                        std::stop_token stop) override;
  Result<BlobInfo> Copy(const BlobKey& from, const BlobKey& to) override;
  Status Delete(const BlobKey& key) override {
    if (const Status good = CheckBlobKey(key); !good) return good;
    return Fine(client_.Send(About("DELETE", key)));
  }
  Status SetTags(const BlobKey& key, const BlobTags& tags) override;
  Result<BlobTags> Tags(const BlobKey& key) override;
  Result<BlobPage> List(const std::string& tenant_id, const std::string& after, int limit) override;

  Result<BlobUpload> CreateUpload(const BlobKey& key, const PutOptions& options) override;
  Result<SignedRequest> SignPart(const BlobUpload& upload, int number, std::int64_t length,
                                 int seconds) override;
  Result<BlobPart> PutPart(const BlobUpload& upload, int number, std::string_view bytes) override;
  Result<BlobPartPage> ListParts(const BlobUpload& upload, int after) override;
  Result<BlobInfo> CompleteUpload(const BlobUpload& upload, const std::vector<BlobPart>& parts,
                                  const CompleteOptions& options) override;
  Status AbortUpload(const BlobUpload& upload) override {
    if (const Status good = CheckBlobKey(upload.key); !good) return good;
    const auto name = UploadName::Parse(upload.id);
    if (!name) return {};
    return Abort(KeyOf(upload.key), name->id);
  }
  Result<int> SweepUploads(Time before) override;

  Result<SignedRequest> SignGet(const BlobKey& key, const SignedGetOptions& options) override;
  // The cheapest question whose refusal says why.
  Status Ping() override {
    Ask ask;
    ask.query = {{"list-type", "2"}, {"max-keys", "1"}};
    ask.timeout = std::chrono::seconds(3);  // A health page waits for it.
    const Result<HttpResponse> answer = client_.Send(ask);
    if (!answer) return ErrorOf(answer);
    return {};
  }

 private:
  static std::string KeyOf(const BlobKey& key) { return key.tenant_id + "/" + key.name; }
  static Ask About(std::string method, const BlobKey& key, Query query = {}) {
    Ask ask;
    ask.method = std::move(method);
    ask.key = KeyOf(key);
    ask.query = std::move(query);
    return ask;
  }
  // Of what may be gone already.
  static Status Fine(const Result<HttpResponse>& answer) {
    if (!answer && answer.error().code != ErrorCode::kNotFound) return ErrorOf(answer);
    return {};
  }

  Result<HttpResponse> AskHead(const BlobKey& key) const {
    Result<HttpResponse> head = client_.Send(About("HEAD", key));
    if (!head && head.error().code == ErrorCode::kNotFound) {
      return Fail(ErrorCode::kNotFound, "there is no such blob");
    }
    return head;
  }
  Status Abort(const std::string& key, const std::string& id) const {
    Ask ask;
    ask.method = "DELETE";
    ask.key = key;
    ask.query = {{"uploadId", id}};
    return Fine(client_.Send(ask));
  }
  Result<std::map<int, BlobPart>> AllParts(const BlobUpload& upload);

  const Client client_;
  Random& random_;
};

Result<BlobInfo> Store::Put(const BlobKey& key, std::string_view bytes, const PutOptions& options) {
  if (const Status good = CheckPut(key, bytes, options); !good) return ErrorOf(good);
  const std::string sha256 = Sha256Hex(bytes);
  if (options.sha256 && *options.sha256 != sha256) {
    return Fail(ErrorCode::kInvalidArgument, "the bytes have another SHA-256 than said");
  }
  Crc32c sum;
  sum.Update(bytes);
  const std::string writer = NewWriter(random_);
  Ask ask = About("PUT", key);
  ask.body = bytes;
  ask.body_sha256 = sha256;  // Signed: the server checks what arrives.
  ask.headers = {{"Content-Type", options.content_type},
                 {std::string(kSha256), sha256},
                 {std::string(kCrc32c), ToHex(sum.Bytes())},
                 {std::string(kWriter), writer}};
  if (!options.tags.empty()) ask.headers.push_back({"x-amz-tagging", TagHeader(options.tags)});
  if (options.if_absent) ask.headers.push_back({"If-None-Match", "*"});
  const Result<HttpResponse> answer = client_.Send(ask);
  if (!answer && answer.error().code == ErrorCode::kPreconditionFailed) {
    // It may be ours: the first try arrived, and its answer did not.
    const Result<HttpResponse> there = AskHead(key);
    if (there && Field(*there, kWriter) == writer) return InfoOf(*there);
    return Taken();
  }
  if (!answer) return ErrorOf(answer);
  BlobInfo info;
  info.size = static_cast<std::int64_t>(bytes.size());
  info.content_type = options.content_type;
  info.etag = Unquoted(Field(*answer, "ETag"));
  info.modified_at = HttpDate(Field(*answer, "Date"));
  info.sha256 = sha256;
  info.crc32c = sum.Value();
  return info;
}

// Reads one blob as it was when the read began.
class Reading {
 public:
  Reading(const Client& client, const Ask& about, const BlobInfo& info, const BlobSink& sink,
          const std::stop_token& stop)
      : client_(client), about_(about), info_(info), sink_(sink), stop_(stop) {}

  Status Run(std::int64_t offset, std::int64_t length) {
    int breaks = 0;
    for (std::int64_t done = 0; done < length;) {
      const std::int64_t wanted = std::min(length - done, kReadSpan);
      received_ = 0;
      wanted_ = wanted;
      const Status read = ReadOnce(offset + done, wanted);
      done += received_;
      if (refusal_) return tl::unexpected<Error>(*refusal_);
      if (read && received_ == wanted) {
        breaks = 0;
        continue;
      }
      const bool may_pass = !read && read.error().code == ErrorCode::kUnavailable;
      breaks = received_ > 0 ? 0 : breaks + 1;
      if (!read && (!may_pass || breaks == kMaxBreaks)) return read;
      if (read) return Fail(ErrorCode::kUnavailable, "blobs: a read ended early");
    }
    if (length == info_.size && info_.crc32c && *info_.crc32c != sum_.Value()) {
      return Fail(ErrorCode::kInternal,
                  "blobs: a blob is damaged: its bytes are not those that were written");
    }
    return {};
  }

 private:
  Status ReadOnce(std::int64_t offset, std::int64_t wanted) {
    Ask ask = about_;
    ask.headers = {
        {"Range", "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + wanted - 1)},
        {"If-Match", "\"" + info_.etag + "\""}};
    ask.stop = stop_;
    ask.sink = [this](std::string_view piece) { return Take(piece); };
    const Result<HttpResponse> answer = client_.Send(ask);
    if (!answer && (answer.error().code == ErrorCode::kPreconditionFailed ||
                    answer.error().code == ErrorCode::kNotFound)) {
      return Changed();
    }
    if (!answer) return ErrorOf(answer);
    // Of servers that do not look at If-Match.
    if (Unquoted(Field(*answer, "ETag")) != info_.etag) return Changed();
    return {};
  }

  Status Changed() {
    refusal_ =
        Error{ErrorCode::kUnavailable, "blobs: the blob was changed while it was read", {}, 1};
    return tl::unexpected<Error>(*refusal_);
  }

  Status Take(std::string_view piece) {
    const auto size = static_cast<std::int64_t>(piece.size());
    if (stop_.stop_requested()) {
      refusal_ = Error{ErrorCode::kUnavailable, "stopped", {}, 0};
    } else if (received_ + size > wanted_) {
      refusal_ =
          Error{ErrorCode::kInternal, "blobs: the store gave more than was asked for", {}, 0};
    } else if (const Status taken = sink_(piece); !taken) {
      refusal_ = taken.error();
    }
    if (refusal_) return tl::unexpected<Error>(*refusal_);
    sum_.Update(piece);
    received_ += size;
    return {};
  }

  const Client& client_;
  const Ask& about_;
  const BlobInfo& info_;
  const BlobSink& sink_;
  const std::stop_token& stop_;
  std::int64_t received_ = 0, wanted_ = 0;  // Of the span that is asked for.
  Crc32c sum_;
  std::optional<Error> refusal_;  // What no trying again mends.
};

Result<BlobInfo> Store::Read(const BlobKey& key, const BlobSpan& span, const BlobSink& sink,
                             std::stop_token stop) {
  if (const Status good = CheckSpan(span); !good) return ErrorOf(good);
  Result<BlobInfo> info = Head(key);
  if (!info) return info;
  if (span.offset > info->size) {
    return Fail(ErrorCode::kInvalidArgument, "the span begins after the end of the blob");
  }
  const std::int64_t rest = info->size - span.offset;
  const std::int64_t length = std::min(span.length.value_or(rest), rest);
  const Ask about = About("GET", key);
  Reading reading(client_, about, *info, sink, stop);
  const Status read = reading.Run(span.offset, length);
  if (!read) return ErrorOf(read);
  if (stop.stop_requested()) return Fail(ErrorCode::kUnavailable, "stopped");
  return info;
}

Result<BlobInfo> Store::Copy(const BlobKey& from, const BlobKey& to) {
  if (const Status good = CheckBlobKey(from); !good) return ErrorOf(good);
  if (const Status good = CheckBlobKey(to); !good) return ErrorOf(good);
  if (from.tenant_id != to.tenant_id) {
    return Fail(ErrorCode::kInvalidArgument, "a copy stays with its tenant");
  }
  if (from == to) return Head(from);
  Ask ask = About("PUT", to);
  ask.headers = {{"x-amz-copy-source", client_.options().bucket + "/" + EncodeKey(KeyOf(from))},
                 {"x-amz-metadata-directive", "COPY"},
                 {"x-amz-tagging-directive", "COPY"}};
  const Result<HttpResponse> answer = client_.Send(ask);
  if (!answer) return ErrorOf(answer);
  if (const Result<std::string> etag = ReadEtag(answer->body); !etag) return ErrorOf(etag);
  return Head(to);
}

Status Store::SetTags(const BlobKey& key, const BlobTags& tags) {
  if (const Status good = CheckBlobKey(key); !good) return good;
  if (const Status good = CheckBlobTags(tags); !good) return good;
  Ask ask = About(tags.empty() ? "DELETE" : "PUT", key, {{"tagging", ""}});
  const std::string body = tags.empty() ? "" : WriteTags(tags);
  ask.body = body;
  // Some servers take anything else for a form.
  if (!tags.empty()) ask.headers = {{"Content-Type", "application/xml"}};
  const Result<HttpResponse> answer = client_.Send(ask);
  if (!answer) return ErrorOf(answer);
  return {};
}

Result<BlobTags> Store::Tags(const BlobKey& key) {
  if (const Status good = CheckBlobKey(key); !good) return ErrorOf(good);
  const Result<HttpResponse> answer = client_.Send(About("GET", key, {{"tagging", ""}}));
  if (!answer && answer.error().code == ErrorCode::kNotFound) {
    // Some servers know no tags of a blob that never had any.
    if (const Result<BlobInfo> there = Head(key); !there) return ErrorOf(there);
    return BlobTags{};
  }
  if (!answer) return ErrorOf(answer);
  return ReadTags(answer->body);
}

Result<BlobPage> Store::List(const std::string& tenant_id, const std::string& after, int limit) {
  if (const Status good = CheckBlobTenant(tenant_id); !good) return ErrorOf(good);
  if (limit < 1 || limit > kPage) {
    return Fail(ErrorCode::kInvalidArgument, "a page has 1 to 1,000 blobs");
  }
  const std::string prefix = tenant_id + "/";
  Ask ask;
  ask.query = {{"list-type", "2"}, {"prefix", prefix}, {"max-keys", std::to_string(limit)}};
  if (!after.empty()) ask.query.emplace_back("start-after", prefix + after);
  const Result<HttpResponse> answer = client_.Send(ask);
  if (!answer) return ErrorOf(answer);
  const Result<ObjectPage> objects = ReadObjects(answer->body);
  if (!objects) return ErrorOf(objects);
  BlobPage page;
  for (const ListedObject& object : objects->objects) {
    if (!object.key.starts_with(prefix)) continue;
    const BlobKey key{tenant_id, object.key.substr(prefix.size())};
    if (objects->more) page.next = key.name;
    // What others put there is none of ours.
    if (!CheckBlobKey(key)) continue;
    page.blobs.push_back({key, object.size, IsoDate(object.modified_at)});
  }
  return page;
}

Result<BlobUpload> Store::CreateUpload(const BlobKey& key, const PutOptions& options) {
  if (const Status good = CheckCreate(key, options); !good) return ErrorOf(good);
  const std::string writer = NewWriter(random_);
  Ask ask = About("POST", key, {{"uploads", ""}});
  ask.headers = {{"Content-Type", options.content_type}, {std::string(kWriter), writer}};
  if (!options.tags.empty()) ask.headers.push_back({"x-amz-tagging", TagHeader(options.tags)});
  const Result<HttpResponse> answer = client_.Send(ask);
  if (!answer) return ErrorOf(answer);
  const Result<std::string> id = ReadUploadId(answer->body);
  if (!id) return ErrorOf(id);
  return BlobUpload{key, writer + "." + *id};
}

Result<SignedRequest> Store::SignPart(const BlobUpload& upload, int number, std::int64_t length,
                                      int seconds) {
  if (const Status good = CheckPart(upload, number, length); !good) return ErrorOf(good);
  if (const Status good = CheckSignedSeconds(seconds); !good) return ErrorOf(good);
  const auto name = UploadName::Parse(upload.id);
  if (!name) return NoUpload();
  Ask ask =
      About("PUT", upload.key, {{"partNumber", std::to_string(number)}, {"uploadId", name->id}});
  ask.headers = {{"Content-Length", std::to_string(length)}};
  Result<std::string> url = client_.Presign(ask, seconds);
  if (!url) return ErrorOf(url);
  return SignedRequest{"PUT", std::move(*url), {{"Content-Length", std::to_string(length)}}};
}

Result<BlobPart> Store::PutPart(const BlobUpload& upload, int number, std::string_view bytes) {
  const auto length = static_cast<std::int64_t>(bytes.size());
  if (const Status good = CheckPart(upload, number, length); !good) return ErrorOf(good);
  if (bytes.size() > kMaxPutBytes) {
    return Fail(ErrorCode::kTooLarge, "a part from memory has at most 64 MiB");
  }
  const auto name = UploadName::Parse(upload.id);
  if (!name) return NoUpload();
  Ask ask =
      About("PUT", upload.key, {{"partNumber", std::to_string(number)}, {"uploadId", name->id}});
  ask.body = bytes;
  const Result<HttpResponse> answer = client_.Send(ask);
  if (!answer) return ErrorOf(answer);
  return BlobPart{number, length, Unquoted(Field(*answer, "ETag"))};
}

Result<BlobPartPage> Store::ListParts(const BlobUpload& upload, int after) {
  if (const Status good = CheckBlobKey(upload.key); !good) return ErrorOf(good);
  const auto name = UploadName::Parse(upload.id);
  if (!name) return NoUpload();
  Ask ask =
      About("GET", upload.key, {{"uploadId", name->id}, {"max-parts", std::to_string(kPage)}});
  if (after > 0) ask.query.emplace_back("part-number-marker", std::to_string(after));
  const Result<HttpResponse> answer = client_.Send(ask);
  if (!answer) return ErrorOf(answer);
  return ReadParts(answer->body);
}

Result<std::map<int, BlobPart>> Store::AllParts(const BlobUpload& upload) {
  std::map<int, BlobPart> all;
  int after = 0;
  do {
    const Result<BlobPartPage> page = ListParts(upload, after);
    if (!page) return ErrorOf(page);
    for (const BlobPart& part : page->parts) all[part.number] = part;
    after = page->next_after;
  } while (after != 0);
  return all;
}

Result<BlobInfo> Store::CompleteUpload(const BlobUpload& upload, const std::vector<BlobPart>& parts,
                                       const CompleteOptions& options) {
  if (const Status good = CheckBlobKey(upload.key); !good) return ErrorOf(good);
  const auto name = UploadName::Parse(upload.id);
  if (!name) return NoUpload();
  const auto made_before = [&]() -> Result<BlobInfo> {
    const Result<HttpResponse> there = AskHead(upload.key);
    if (there && Field(*there, kWriter) == name->writer) return InfoOf(*there);
    return NoUpload();
  };
  const Result<std::map<int, BlobPart>> came = AllParts(upload);
  if (!came && came.error().code == ErrorCode::kNotFound) return made_before();
  if (!came) return ErrorOf(came);
  const Result<std::vector<BlobPart>> sorted = CheckParts(parts, options);
  if (!sorted) return ErrorOf(sorted);
  for (const BlobPart& part : *sorted) {
    const auto at = came->find(part.number);
    if (at == came->end() || !(at->second == part)) {
      return Fail(ErrorCode::kInvalidArgument,
                  "part " + std::to_string(part.number) + " did not come as it is named");
    }
  }
  // Asked as well: not every server knows the condition here.
  if (options.if_absent && AskHead(upload.key)) return Taken();
  Ask ask = About("POST", upload.key, {{"uploadId", name->id}});
  const std::string body = WriteParts(*sorted);
  ask.body = body;
  ask.headers = {{"Content-Type", "application/xml"}};
  if (options.if_absent) ask.headers.push_back({"If-None-Match", "*"});
  const Result<HttpResponse> answer = client_.Send(ask);
  if (!answer && answer.error().code == ErrorCode::kNotFound) return made_before();
  if (!answer) return ErrorOf(answer);
  if (const Result<std::string> etag = ReadEtag(answer->body); !etag) return ErrorOf(etag);
  return Head(upload.key);
}

Result<int> Store::SweepUploads(Time before) {
  int swept = 0;
  UploadPage page;
  do {
    Ask ask;
    ask.query = {{"uploads", ""}, {"max-uploads", std::to_string(kPage)}};
    if (!page.next_key.empty()) ask.query.emplace_back("key-marker", page.next_key);
    if (!page.next_id.empty()) ask.query.emplace_back("upload-id-marker", page.next_id);
    const Result<HttpResponse> answer = client_.Send(ask);
    if (!answer) return ErrorOf(answer);
    Result<UploadPage> read = ReadUploads(answer->body);
    if (!read) return ErrorOf(read);
    const bool stuck = read->next_key == page.next_key && read->next_id == page.next_id;
    page = std::move(*read);
    for (const ListedUpload& upload : page.uploads) {
      if (swept == kPage) return swept;
      const Time begun = IsoDate(upload.begun_at);
      if (begun.micros == 0 || begun >= before) continue;
      if (const Status aborted = Abort(upload.key, upload.id); !aborted) return ErrorOf(aborted);
      ++swept;
    }
    if (stuck) break;
  } while (!page.next_key.empty());
  return swept;
}

Result<SignedRequest> Store::SignGet(const BlobKey& key, const SignedGetOptions& options) {
  if (const Status good = CheckSignedGet(key, options); !good) return ErrorOf(good);
  Ask ask = About("GET", key);
  if (!options.content_type.empty()) {
    ask.query.emplace_back("response-content-type", options.content_type);
  }
  if (!options.content_disposition.empty()) {
    ask.query.emplace_back("response-content-disposition", options.content_disposition);
  }
  Result<std::string> url = client_.Presign(ask, options.seconds);
  if (!url) return ErrorOf(url);
  return SignedRequest{"GET", std::move(*url), {}};
}

}  // namespace

RemoteOptions BucketManners() {
  RemoteOptions manners;
  manners.name = "blobs";
  manners.max_time = std::chrono::minutes(10);
  // Expired keys are a 400 to S3, and being too busy a 503.
  manners.judge = [](const HttpResponse& answer) {
    if (answer.status != 400 && answer.status != 503) return JudgeByStatus(answer);
    const std::string code = ReadError(answer.body).code;
    if (code == "ExpiredToken" || code == "TokenRefreshRequired") return Judgement::kRefusesUs;
    if (code == "SlowDown") return Judgement::kBusy;
    return JudgeByStatus(answer);
  };
  return manners;
}

Result<bool> ProvisionBucket(const Options& options, HttpClient& http,
                             aws::CredentialsProvider& credentials, const Clock& clock) {
  const Client client(options, http, credentials, clock);
  Ask look;
  look.method = "HEAD";
  const Result<HttpResponse> there = client.Send(look);
  if (there) return false;
  if (there.error().code != ErrorCode::kNotFound) return ErrorOf(there);
  Ask make;
  make.method = "PUT";
  std::string body;
  // Amazon's first region is the one that must not be named.
  if (options.region != "us-east-1") {
    body =
        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<LocationConstraint>" +
        options.region + "</LocationConstraint></CreateBucketConfiguration>";
    make.headers = {{"Content-Type", "application/xml"}};
  }
  make.body = body;
  const Result<HttpResponse> made = client.Send(make);
  if (!made) return ErrorOf(made);
  return true;
}

}  // namespace s3

std::unique_ptr<BlobStore> MakeS3BlobStore(s3::Options options, HttpClient& http,
                                           aws::CredentialsProvider& credentials,
                                           const Clock& clock, Random& random) {
  return std::make_unique<s3::Store>(std::move(options), http, credentials, clock, random);
}

}  // namespace heirloom
