#include "storage/s3/s3_blob_store.h"

#include <utility>

#include "storage/s3/s3_store.h"

namespace heirloom {

std::unique_ptr<BlobStore> MakeS3BlobStore(s3::Options options, HttpClient& http,
                                           aws::CredentialsProvider& credentials,
                                           const Clock& clock, Random& random) {
  return std::make_unique<s3::Store>(std::move(options), http, credentials, clock, random);
}

}  // namespace heirloom
