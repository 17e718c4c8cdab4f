#pragma once

#include <memory>

#include "appliance/base/clock.h"
#include "appliance/base/random.h"
#include "appliance/base/result.h"
#include "storage/aws/credentials.h"
#include "storage/blob_store.h"
#include "storage/remote/http_client.h"
#include "storage/remote/remote_service.h"
#include "storage/s3/s3_options.h"

namespace heirloom {

// A BlobStore in a bucket of Amazon S3 or of a server that speaks its API. `http` must sign with
// `credentials` (aws::MakeSigV4Signer, SigningScope::S3 of the bucket's region); all must outlive
// it. Nothing is asked yet: Ping says whether we are let in.
std::unique_ptr<BlobStore> MakeS3BlobStore(s3::Options options, HttpClient& http,
                                           aws::CredentialsProvider& credentials,
                                           const Clock& clock, Random& random);

namespace s3 {

// How a RemoteService is to treat a bucket: time for large bodies, and the statuses of S3.
RemoteOptions BucketManners();

// Makes the bucket when it is not there. Whether it was made now.
Result<bool> ProvisionBucket(const Options& options, HttpClient& http,
                             aws::CredentialsProvider& credentials, const Clock& clock);

}  // namespace s3
}  // namespace heirloom
