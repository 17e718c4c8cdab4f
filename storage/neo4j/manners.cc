#include "storage/neo4j/manners.h"

#include <mutex>
#include <string>
#include <utility>

namespace heirloom::neo4j {
namespace {

constexpr char kAccess[] = "storage.graph_user and storage.graph_password_file";

std::string AuthorizationOf(const HttpRequest& request) {
  for (const HttpHeader& header : request.headers) {
    if (header.name == "Authorization") return header.value;
  }
  return "";
}

class PatientSigner final : public RequestSigner {
 public:
  PatientSigner(std::unique_ptr<RequestSigner> inner, const Pauses& pauses)
      : inner_(std::move(inner)), pauses_(pauses) {}

  Status Sign(HttpRequest& request) override {
    if (Status done = inner_->Sign(request); !done) return done;
    const std::lock_guard lock(mutex_);
    const auto left = std::chrono::ceil<std::chrono::seconds>(rests_until_ - pauses_.Now());
    if (left.count() <= 0 || AuthorizationOf(request) != refused_) return {};
    return FailForNow(ErrorCode::kUnavailable,
                      "Neo4j refused our user and password, which are not tried again for " +
                          std::to_string(left.count()) +
                          " s, or it would lock the account; look at " + kAccess,
                      static_cast<int>(left.count()));
  }

  bool Renew(const HttpRequest& refused) override {
    if (inner_->Renew(refused)) return true;
    const std::lock_guard lock(mutex_);
    refused_ = AuthorizationOf(refused);
    rests_until_ = pauses_.Now() + kRefusedRest;
    return false;
  }

 private:
  const std::unique_ptr<RequestSigner> inner_;
  const Pauses& pauses_;
  std::mutex mutex_;  // Guards what follows.
  std::string refused_;
  std::chrono::steady_clock::time_point rests_until_;
};

}  // namespace

RemoteOptions Manners() {
  RemoteOptions manners;
  manners.name = "graph";
  manners.trust_setting = "storage.graph_ca_file";
  manners.access_setting = kAccess;
  manners.judge = [](const HttpResponse& answer) {
    const bool locked =
        answer.status == 429 && answer.body.find("AuthenticationRateLimit") != std::string::npos;
    return locked ? Judgement::kRefusesUs : JudgeByStatus(answer);
  };
  return manners;
}

std::unique_ptr<RequestSigner> MakePatientSigner(std::unique_ptr<RequestSigner> inner,
                                                 const Pauses& pauses) {
  return std::make_unique<PatientSigner>(std::move(inner), pauses);
}

}  // namespace heirloom::neo4j
