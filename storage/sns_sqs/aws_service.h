#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "appliance/base/json.h"
#include "appliance/base/result.h"
#include "storage/aws/credentials.h"
#include "storage/remote/remote_service.h"

namespace heirloom::sns_sqs {

// What an answer that is no success says: AWS' own code ("QueueDoesNotExist"), in XML or in JSON.
// Empty when it says none.
std::string CodeOfAnswer(const HttpResponse& answer);
// What AWS says about the dependency: throttling and bad credentials come as 400, too.
Judgement JudgeAnswer(const HttpResponse& answer);
// An answer that is no success, in our words: NotFound and its like are kNotFound and say how to
// make what is missing; all else that may pass, refused credentials among it, is kUnavailable.
Error ErrorOfCode(std::string_view service, const std::string& code, int status);

// A RemoteService whose requests are signed for `service` ("sns", "sqs") in `region`. `credentials`
// must outlive it.
struct ServiceOptions {
  std::string service;
  std::string name;  // For people and metrics.
  std::string region;
  std::string ca_file;
  std::chrono::milliseconds max_time{30'000};
  int max_concurrent = 16;
};
std::unique_ptr<RemoteService> MakeAwsService(const ServiceOptions& options,
                                              aws::CredentialsProvider& credentials,
                                              const RemoteWorld& world);

// SQS, by its JSON protocol 1.0. Thread-safe.
class SqsClient {
 public:
  SqsClient(HttpClient& http, std::string endpoint) : http_(http), endpoint_(std::move(endpoint)) {}

  // `body`: the action's input. `wait` is added to the time it may take.
  Result<Json> Call(std::string_view action, std::string body,
                    std::chrono::seconds wait = std::chrono::seconds(0),
                    const std::stop_token& stop = {}) const;

 private:
  HttpClient& http_;
  const std::string endpoint_;
};

// SNS, by its query protocol. Thread-safe.
class SnsClient {
 public:
  SnsClient(HttpClient& http, std::string endpoint) : http_(http), endpoint_(std::move(endpoint)) {}

  // `fields`: the action's input, form-encoded, beginning with '&'. Gives the XML of a success.
  Result<std::string> Call(std::string_view action, const std::string& fields) const;

 private:
  HttpClient& http_;
  const std::string endpoint_;
};

// One more field of a query: "&name=value", encoded.
void AddField(std::string& fields, std::string_view name, std::string_view value);

}  // namespace heirloom::sns_sqs
