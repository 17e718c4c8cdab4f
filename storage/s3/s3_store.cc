#include "storage/s3/s3_store.h"

#include <algorithm>
#include <array>

#include "appliance/base/digest.h"
#include "appliance/base/encoding.h"
#include "storage/s3/s3_answers.h"
#include "storage/s3/s3_reading.h"
#include "storage/s3/s3_xml.h"

namespace heirloom::s3 {

Ask Store::About(std::string method, const BlobKey& key, Query query) {
  Ask ask;
  ask.method = std::move(method);
  ask.key = KeyOf(key);
  ask.query = std::move(query);
  return ask;
}

Status Store::Fine(const Result<HttpResponse>& answer) {
  if (!answer && answer.error().code != ErrorCode::kNotFound) return ErrorOf(answer);
  return {};
}

std::string Store::TagHeader(const BlobTags& tags) {
  std::string text;
  for (const auto& [name, value] : tags) {
    text.append(text.empty() ? "" : "&").append(PercentEncode(name)).append("=");
    text.append(PercentEncode(value));
  }
  return text;
}

std::string Store::NewWriter() {
  std::array<std::uint8_t, 8> bytes{};
  random_.Fill(bytes);
  return ToHex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

tl::unexpected<Error> Store::Taken() {
  return Fail(ErrorCode::kPreconditionFailed, "there is a blob of this name already");
}

Result<HttpResponse> Store::AskHead(const BlobKey& key) const {
  Result<HttpResponse> head = client_.Send(About("HEAD", key));
  if (!head && head.error().code == ErrorCode::kNotFound) {
    return Fail(ErrorCode::kNotFound, "there is no such blob");
  }
  return head;
}

Result<BlobInfo> Store::Put(const BlobKey& key, std::string_view bytes, const PutOptions& options) {
  if (const Status good = CheckPut(key, bytes, options); !good) return ErrorOf(good);
  const std::string sha256 = Sha256Hex(bytes);
  if (options.sha256 && *options.sha256 != sha256) {
    return Fail(ErrorCode::kInvalidArgument, "the bytes have another SHA-256 than said");
  }
  Crc32c sum;
  sum.Update(bytes);
  const std::string writer = NewWriter();
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

Result<BlobInfo> Store::Head(const BlobKey& key) {
  if (const Status good = CheckBlobKey(key); !good) return ErrorOf(good);
  const Result<HttpResponse> head = AskHead(key);
  if (!head) return ErrorOf(head);
  return InfoOf(*head);
}

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

Status Store::Delete(const BlobKey& key) {
  if (const Status good = CheckBlobKey(key); !good) return good;
  return Fine(client_.Send(About("DELETE", key)));
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

// The cheapest question whose refusal says why.
Status Store::Ping() {
  Ask ask;
  ask.query = {{"list-type", "2"}, {"max-keys", "1"}};
  ask.timeout = std::chrono::seconds(3);  // A health page waits for it.
  const Result<HttpResponse> answer = client_.Send(ask);
  if (!answer) return ErrorOf(answer);
  return {};
}

}  // namespace heirloom::s3
