#include "storage/remote/request_signer.h"

#include <algorithm>

#include "appliance/base/encoding.h"

namespace heirloom {
namespace {

constexpr std::string_view kAuthorization = "Authorization";

// RFC 4648 section 4, which is section 5 in other letters and padded.
std::string ToBase64(const std::string& bytes) {
  std::string text = ToBase64Url(bytes);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  while (text.size() % 4 != 0) text += '=';
  return text;
}

// A secret in one header field. Whether another try helps is whether the field would be another.
class FieldSigner : public RequestSigner {
 public:
  Status Sign(HttpRequest& request) final {
    Result<std::string> value = Value();
    if (!value) return ErrorOf(value);
    if (!value->empty()) request.headers.push_back({std::string(kAuthorization), *value});
    return {};
  }

  bool Renew(const HttpRequest& refused) final {
    const Result<std::string> value = Value();
    if (!value || value->empty()) return false;
    return std::none_of(refused.headers.begin(), refused.headers.end(), [&](const HttpHeader& h) {
      return h.name == kAuthorization && h.value == *value;
    });
  }

 private:
  virtual Result<std::string> Value() const = 0;
};

class BasicSigner final : public FieldSigner {
 public:
  BasicSigner(std::string user, Secret password)
      : user_(std::move(user)), password_(std::move(password)) {}

 private:
  Result<std::string> Value() const override {
    if (user_.find(':') != std::string::npos) {
      return Fail(ErrorCode::kInvalidArgument, "a user name must not hold a colon");
    }
    return "Basic " + ToBase64(user_ + ":" + password_.Value());
  }

  const std::string user_;
  const Secret password_;
};

class BearerSigner final : public FieldSigner {
 public:
  explicit BearerSigner(Secret token) : token_(std::move(token)) {}

 private:
  Result<std::string> Value() const override {
    const std::string token = token_.Value();
    return token.empty() ? token : "Bearer " + token;
  }

  const Secret token_;
};

}  // namespace

std::unique_ptr<RequestSigner> MakeBasicSigner(std::string user, Secret password) {
  return std::make_unique<BasicSigner>(std::move(user), std::move(password));
}

std::unique_ptr<RequestSigner> MakeBearerSigner(Secret token) {
  return std::make_unique<BearerSigner>(std::move(token));
}

}  // namespace heirloom
