#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "appliance/base/random.h"
#include "storage/blob_store.h"
#include "storage/s3/s3_client.h"

namespace heirloom::s3 {

// The port, in a bucket: blobs in s3_store.cc, uploads in parts in s3_uploads.cc.
class Store final : public BlobStore {
 public:
  Store(Options options, HttpClient& http, aws::CredentialsProvider& credentials,
        const Clock& clock, Random& random)
      : client_(std::move(options), http, credentials, clock), random_(random) {}

  Result<BlobInfo> Put(const BlobKey& key, std::string_view bytes,
                       const PutOptions& options) override;
  Result<BlobInfo> Head(const BlobKey& key) override;
  Result<BlobInfo> Read(const BlobKey& key, const BlobSpan& span, const BlobSink& sink,
                        std::stop_token stop) override;
  Result<BlobInfo> Copy(const BlobKey& from, const BlobKey& to) override;
  Status Delete(const BlobKey& key) override;
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
  Status AbortUpload(const BlobUpload& upload) override;
  Result<int> SweepUploads(Time before) override;

  Result<SignedRequest> SignGet(const BlobKey& key, const SignedGetOptions& options) override;
  Status Ping() override;

 private:
  static constexpr int kPage = 1'000;  // Of whatever is listed.

  static std::string KeyOf(const BlobKey& key) { return key.tenant_id + "/" + key.name; }
  static Ask About(std::string method, const BlobKey& key, Query query = {});
  // Of what may be gone already.
  static Status Fine(const Result<HttpResponse>& answer);

  Result<HttpResponse> AskHead(const BlobKey& key) const;
  Status Abort(const std::string& key, const std::string& id) const;
  Result<std::map<int, BlobPart>> AllParts(const BlobUpload& upload);
  // Random, in 16 hex digits: by it a write whose answer was lost is recognised.
  std::string NewWriter();
  static std::string TagHeader(const BlobTags& tags);
  static tl::unexpected<Error> Taken();

  const Client client_;
  Random& random_;
};

}  // namespace heirloom::s3
