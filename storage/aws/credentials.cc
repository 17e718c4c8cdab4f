#include "storage/aws/credentials.h"

#include <utility>

namespace heirloom::aws {
namespace {

class Static final : public CredentialsProvider {
 public:
  Static(std::string access_key_id, Secret secret_access_key, Secret session_token)
      : access_key_id_(std::move(access_key_id)),
        secret_access_key_(std::move(secret_access_key)),
        session_token_(std::move(session_token)) {}

  Result<Credentials> Get() override {
    Credentials keys;
    keys.access_key_id = access_key_id_;
    keys.secret_access_key = secret_access_key_.Value();
    keys.session_token = session_token_.Value();
    return keys;
  }

 private:
  const std::string access_key_id_;
  const Secret secret_access_key_;
  const Secret session_token_;
};

class None final : public CredentialsProvider {
 public:
  explicit None(std::string what_to_do) : what_to_do_(std::move(what_to_do)) {}
  Result<Credentials> Get() override { return Fail(ErrorCode::kForbidden, what_to_do_); }

 private:
  const std::string what_to_do_;
};

}  // namespace

std::unique_ptr<CredentialsProvider> StaticCredentials(std::string access_key_id,
                                                       Secret secret_access_key,
                                                       Secret session_token) {
  return std::make_unique<Static>(std::move(access_key_id), std::move(secret_access_key),
                                  std::move(session_token));
}

std::unique_ptr<CredentialsProvider> NoCredentials(std::string what_to_do) {
  return std::make_unique<None>(std::move(what_to_do));
}

}  // namespace heirloom::aws
