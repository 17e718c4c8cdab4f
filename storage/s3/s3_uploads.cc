#include <algorithm>
#include <optional>

#include "appliance/base/digest.h"
#include "storage/s3/s3_answers.h"
#include "storage/s3/s3_store.h"
#include "storage/s3/s3_xml.h"

namespace heirloom::s3 {
namespace {

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

}  // namespace

Status Store::Abort(const std::string& key, const std::string& id) const {
  Ask ask;
  ask.method = "DELETE";
  ask.key = key;
  ask.query = {{"uploadId", id}};
  return Fine(client_.Send(ask));
}

Result<BlobUpload> Store::CreateUpload(const BlobKey& key, const PutOptions& options) {
  if (const Status good = CheckCreate(key, options); !good) return ErrorOf(good);
  const std::string writer = NewWriter();
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

Status Store::AbortUpload(const BlobUpload& upload) {
  if (const Status good = CheckBlobKey(upload.key); !good) return good;
  const auto name = UploadName::Parse(upload.id);
  if (!name) return {};
  return Abort(KeyOf(upload.key), name->id);
}

}  // namespace heirloom::s3
