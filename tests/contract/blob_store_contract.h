#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "storage/blob_store.h"

namespace heirloom::contract {

// What came back for a signed request.
struct SignedAnswer {
  int status = 0;
  std::string body;
  std::string etag;
  std::string content_type;
  std::string content_disposition;
};

// A store with whoever answers its signed URLs.
struct BlobStoreSetup {
  std::unique_ptr<BlobStore> store;
  // Makes the request with these bytes as its body, as someone without credentials would.
  std::function<SignedAnswer(const SignedRequest&, std::string_view body)> send;
  // Lets so many seconds pass for the store, and for who answers its URLs.
  std::function<void(int seconds)> pass;
};

// Opens the store that the test case made room for: empty at first, and each time the same one. The
// earlier one is closed before it is opened again.
using OpenBlobStore = std::function<BlobStoreSetup()>;

// What every BlobStore promises. To be called alone in a TEST_CASE: its sections run one by one,
// each with the test case from the start.
void CheckBlobStore(const OpenBlobStore& open);

// The parts, by what they are about.
void CheckBlobKeeping(const OpenBlobStore& open);     // Put, head, delete, conditions, sums.
void CheckBlobReading(const OpenBlobStore& open);     // Spans, sinks, versions.
void CheckBlobTenants(const OpenBlobStore& open);     // Keys, lists, two tenants.
void CheckBlobUploads(const OpenBlobStore& open);     // In parts.
void CheckBlobSignatures(const OpenBlobStore& open);  // Signed URLs.

}  // namespace heirloom::contract
