#include "appliance/operations/contract_routes.h"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "appliance/base/encoding.h"
#include "appliance/http/coding.h"
#include "embedded/openapi.h"

namespace heirloom {
namespace {

using http::Coding;

constexpr std::size_t kTagLength = 32;

struct Copy {
  Coding coding;
  std::string etag;
  std::shared_ptr<const std::string> bytes;
};

Copy MakeCopy(Coding coding) {
  const std::string_view contract = embedded::openapi();
  std::string etag = '"' + Sha256Hex(contract).substr(0, kTagLength);
  if (coding == Coding::kIdentity) {
    return {coding, etag + '"', std::make_shared<const std::string>(contract)};
  }
  std::string packed = http::Encode(coding, contract, http::Effort::kBest);
  if (packed.empty()) return MakeCopy(Coding::kIdentity);
  etag.append("-").append(http::NameOf(coding));
  return {coding, etag + '"', std::make_shared<const std::string>(std::move(packed))};
}

// Compressed once, at the first request for each coding: few ask, and a start should not wait.
class Contract {
 public:
  http::Response Answer(const http::Request& request) {
    const Copy& copy = CopyFor(http::ChooseCoding(request).coding);
    http::Response response;
    response.Set("Content-Type", "application/json");
    response.Set("ETag", copy.etag);
    response.Set("Cache-Control", "no-cache");
    response.Set("Vary", "Accept-Encoding");
    if (copy.coding != Coding::kIdentity) {
      response.Set("Content-Encoding", std::string(http::NameOf(copy.coding)));
    }
    response.shared_body = copy.bytes;
    return response;
  }

 private:
  struct Slot {
    std::once_flag once;
    Copy copy;
  };

  const Copy& CopyFor(Coding coding) {
    Slot& slot = coding == Coding::kBrotli ? brotli_ : coding == Coding::kGzip ? gzip_ : plain_;
    std::call_once(slot.once, [&] { slot.copy = MakeCopy(coding); });
    return slot.copy;
  }

  Slot plain_;
  Slot gzip_;
  Slot brotli_;
};

}  // namespace

void AddContractRoute(http::Router& router) {
  const auto contract = std::make_shared<Contract>();
  router.Get("/api/v1/openapi.json",
             [contract](http::Request& request) { return contract->Answer(request); });
}

}  // namespace heirloom
