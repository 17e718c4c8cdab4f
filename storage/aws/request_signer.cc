#include "storage/aws/request_signer.h"

#include <utility>

#include "appliance/base/encoding.h"

namespace heirloom::aws {
namespace {

std::string HeaderOf(const HttpRequest& request, std::string_view name) {
  HttpResponse lookup;  // Which knows how header names compare.
  lookup.headers = request.headers;
  return std::string(lookup.GetHeader(name).value_or(""));
}

class SigV4Signer final : public RequestSigner {
 public:
  SigV4Signer(CredentialsProvider& credentials, SigningScope scope, const Clock& clock)
      : credentials_(credentials), scope_(std::move(scope)), clock_(clock) {}

  Status Sign(HttpRequest& request) override {
    const Result<Credentials> keys = credentials_.Get();
    if (!keys) return ErrorOf(keys);
    return aws::Sign(request, *keys, scope_, clock_.Now(), PayloadHash(request));
  }

  // Other keys, or another secret to the same key, which its file may have got since.
  bool Renew(const HttpRequest& refused) override {
    const Result<Credentials> keys = credentials_.Renew(HeaderOf(refused, "X-Amz-Security-Token"));
    if (!keys) return false;
    const std::optional<Time> then = ParseAmzDate(HeaderOf(refused, "X-Amz-Date"));
    if (!then) return false;
    HttpRequest again = refused;
    const Status is_signed = aws::Sign(again, *keys, scope_, *then, PayloadHash(refused));
    return is_signed && HeaderOf(again, "Authorization") != HeaderOf(refused, "Authorization");
  }

 private:
  static std::string PayloadHash(const HttpRequest& request) {
    std::string hash = HeaderOf(request, "X-Amz-Content-Sha256");
    if (!hash.empty()) return hash;
    return request.upload ? std::string(kUnsignedPayload) : Sha256Hex(request.body);
  }

  CredentialsProvider& credentials_;
  const SigningScope scope_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<RequestSigner> MakeSigV4Signer(CredentialsProvider& credentials, SigningScope scope,
                                               const Clock& clock) {
  return std::make_unique<SigV4Signer>(credentials, std::move(scope), clock);
}

}  // namespace heirloom::aws
