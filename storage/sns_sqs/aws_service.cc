#include "storage/sns_sqs/aws_service.h"

#include <array>
#include <utility>

#include "appliance/base/encoding.h"
#include "storage/aws/request_signer.h"
#include "storage/sns_sqs/sns_answers.h"

namespace heirloom::sns_sqs {
namespace {

constexpr std::chrono::seconds kTimeout{10};
constexpr std::size_t kMaxAnswer = 8u << 20;
constexpr char kAccess[] = "storage.events_credentials and the keys that it names";

bool IsOneOf(std::string_view code, std::initializer_list<std::string_view> codes) {
  for (const std::string_view one : codes) {
    if (code == one) return true;
  }
  return false;
}

bool IsThrottling(std::string_view code) {
  return code.find("Throttl") != std::string_view::npos ||
         IsOneOf(code, {"RequestLimitExceeded", "OverLimit", "KmsThrottled"});
}

bool RefusesUs(std::string_view code) {
  return IsOneOf(
      code, {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "InvalidAccessKeyId",
             "UnrecognizedClientException", "InvalidSignature", "SignatureDoesNotMatch",
             "IncompleteSignature", "InvalidSecurity", "MissingAuthenticationToken", "AccessDenied",
             "AccessDeniedException", "AuthorizationError", "InvalidSecurityTokenException"});
}

// What an operator is to look at, with AWS' own code.
std::string WordsOfRefusal(const std::string& code, int status) {
  const std::string answer = " (" + std::to_string(status) + (code.empty() ? "" : " " + code) + ")";
  if (IsOneOf(code, {"ExpiredToken", "ExpiredTokenException"})) {
    return "our session token is expired" + answer;
  }
  if (IsOneOf(code, {"InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException",
                     "InvalidSecurityTokenException"})) {
    return "our access key id or session token is not known" + answer;
  }
  if (IsOneOf(code, {"SignatureDoesNotMatch", "InvalidSignature"})) {
    return "our secret access key is wrong, or this machine's clock" + answer;
  }
  if (IsOneOf(code, {"AccessDenied", "AccessDeniedException", "AuthorizationError"})) {
    return "our keys may not do that" + answer;
  }
  return "our credentials are refused" + answer;
}

bool IsMissing(std::string_view code) {
  return IsOneOf(code, {"NotFound", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue",
                        "ResourceNotFoundException"});
}

}  // namespace

std::string CodeOfAnswer(const HttpResponse& answer) {
  if (answer.body.starts_with("<")) return ErrorCodeOf(answer.body);
  const auto json = Json::Parse(answer.body);
  if (!json || !json->IsObject()) return "";
  const Json type = json->Get("__type");
  if (!type.IsString()) return "";
  const std::string_view text = type.AsString();  // "com.amazonaws.sqs#QueueDoesNotExist"
  return std::string(text.substr(text.find('#') + 1));
}

Judgement JudgeAnswer(const HttpResponse& answer) {
  if (answer.status < 400 || answer.status >= 500) return JudgeByStatus(answer);
  const std::string code = CodeOfAnswer(answer);
  if (IsThrottling(code)) return Judgement::kBusy;
  return RefusesUs(code) ? Judgement::kRefusesUs : JudgeByStatus(answer);
}

Error ErrorOfCode(std::string_view service, const std::string& code, int status) {
  const std::string who(service);
  if (IsMissing(code)) {
    return {ErrorCode::kNotFound,
            who + ": the topic or queue is not there; make it with: heirloom migrate --provision",
            {},
            0};
  }
  if (RefusesUs(code) || status == 401 || status == 403) {
    return {ErrorCode::kUnavailable,
            who + ": " + WordsOfRefusal(code, status) + "; look at " + kAccess,
            {},
            30};
  }
  const std::string what =
      who + " answered " + std::to_string(status) + (code.empty() ? std::string() : " " + code);
  const bool may_pass = status >= 500 || status == 429 || IsThrottling(code);
  return {may_pass ? ErrorCode::kUnavailable : ErrorCode::kInternal, what, {}, may_pass ? 1 : 0};
}

std::unique_ptr<RemoteService> MakeAwsService(const ServiceOptions& options,
                                              aws::CredentialsProvider& credentials,
                                              const RemoteWorld& world) {
  RemoteOptions remote;
  remote.name = options.name;
  remote.trust_setting = "storage.events_ca_file";
  remote.access_setting = kAccess;
  remote.max_time = options.max_time;
  remote.max_concurrent = options.max_concurrent;
  remote.judge = JudgeAnswer;
  return MakeRemoteService(
      std::move(remote), options.ca_file,
      aws::MakeSigV4Signer(credentials, {options.region, options.service}, world.clock), world);
}

Result<Json> SqsClient::Call(std::string_view action, std::string body, std::chrono::seconds wait,
                             const std::stop_token& stop) const {
  HttpRequest request;
  request.method = "POST";
  request.url = endpoint_;
  request.headers = {{"Content-Type", "application/x-amz-json-1.0"},
                     {"X-Amz-Target", "AmazonSQS." + std::string(action)}};
  request.body = std::move(body);
  request.timeout = kTimeout + wait;
  request.max_response_bytes = kMaxAnswer;
  request.stop = stop;
  request.repeatable = true;  // Twice is harmless: a message may come twice anyway.
  const auto answer = http_.Send(request);
  if (!answer) return ErrorOf(answer);
  if (answer->status != 200) {
    return tl::unexpected<Error>(ErrorOfCode("SQS", CodeOfAnswer(*answer), answer->status));
  }
  // Some actions have nothing to say.
  auto json = Json::Parse(answer->body.empty() ? "{}" : std::string_view(answer->body),
                          {.max_bytes = kMaxAnswer, .max_depth = 16});
  if (!json || !json->IsObject()) {
    return Fail(ErrorCode::kUnavailable, "SQS answered something that is no JSON object");
  }
  return json;
}

Result<std::string> SnsClient::Call(std::string_view action, const std::string& fields) const {
  HttpRequest request;
  request.method = "POST";
  request.url = endpoint_;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  request.body = "Action=" + std::string(action) + "&Version=2010-03-31" + fields;
  request.timeout = kTimeout;
  request.max_response_bytes = kMaxAnswer;
  request.repeatable = true;
  auto answer = http_.Send(request);
  if (!answer) return ErrorOf(answer);
  if (answer->status != 200) {
    return tl::unexpected<Error>(ErrorOfCode("SNS", CodeOfAnswer(*answer), answer->status));
  }
  return std::move(answer->body);
}

void AddField(std::string& fields, std::string_view name, std::string_view value) {
  fields += "&" + std::string(name) + "=" + PercentEncode(value);
}

}  // namespace heirloom::sns_sqs
